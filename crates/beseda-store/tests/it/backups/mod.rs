//! Backups of either engine: whole, found out when they are not, and restored into either engine or not at all.

mod before;
mod damaged;
mod restored;
mod town;
