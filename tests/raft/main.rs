//! Raft: its properties under thousands of fault schedules, what each of its rules protects, the figures of its paper, and what it tells
//! captions and goals.

#![cfg(test)]

mod facts;
mod figures;
mod lab;
mod rules;
mod schedules;
