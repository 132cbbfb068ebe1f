//! Tests named after the defects of the original system, and after the rows of the conformance
//! list, each in a laboratory on a real Postgres. `docs/REGRESSIONS.md` lists them all.

mod completeness;
mod conformance;
mod coverage;
mod identity;
mod leases;
mod money;
mod register;
mod support;
mod tokens;
