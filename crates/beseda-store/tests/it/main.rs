//! The store on a real file: what it promises to those who hand it work.

#[cfg(test)]
mod backups;
#[cfg(test)]
mod commits;
#[cfg(test)]
mod hindered;
#[cfg(test)]
mod inspecting;
#[cfg(test)]
mod lanes;
#[cfg(test)]
mod migrating;
#[cfg(test)]
mod moving;
#[cfg(test)]
mod opening;
#[cfg(test)]
mod operators;
#[cfg(test)]
mod reading;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod support;
#[cfg(test)]
mod upserts;
