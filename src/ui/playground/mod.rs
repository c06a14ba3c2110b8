//! The playground: owns a run, carries out actions, and draws stage, diagram, transport and panels.

pub mod diagram;
pub mod panels;
pub mod stage;
pub mod transport;
