//! The Fanvue API as Tidemark reads it: requests, answers, limits and errors.
//!
//! Source: `https://api.fanvue.com/docs`, contract state October 2026. The version header does not
//! pin the shape of answers, so every shape is detected from the answer itself.

pub mod audience;
pub mod client;
pub mod creators;
pub mod earnings;
pub mod error;
pub mod oauth;
pub mod posts;
pub mod rate;
pub mod summary;
mod text;

pub use client::{Account, Answer, FanvueClient, FanvueSettings};
pub use earnings::{EarningsPage, EarningsRow, Family, Shape, Surface, UnreadableRow};
pub use error::FanvueError;
pub use rate::{Bucket, RateReading};
