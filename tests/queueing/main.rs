//! Lesson 21: formulas against published values, runs against formulas, rules switched off.

mod rules;
mod run;
mod theory;
