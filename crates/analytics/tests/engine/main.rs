//! The engine against worlds held in memory: tables of windows, a second implementation, the
//! defect register of the original system, and its acceptance fixture.

mod agreement;
mod body;
mod defects;
mod defects_of_time;
mod fixture;
mod ledger;
mod naive;
mod oracle;
mod parameters;
mod roll_ups;
mod row_security;
mod tags;
mod windows;
mod world;
