//! Lesson 21: formulas against published values, runs against formulas, rules switched off.

#![cfg(test)]

mod rules;
mod run;
mod theory;
