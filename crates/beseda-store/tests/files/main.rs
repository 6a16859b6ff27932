//! Where bytes are kept: what both places promise, and what pictures become.

#[cfg(test)]
mod blurs;
#[cfg(test)]
mod bucket;
#[cfg(test)]
mod conformance;
#[cfg(test)]
mod disk;
#[cfg(test)]
mod films;
#[cfg(test)]
#[path = "../../src/files/blank/forged.rs"]
mod films_forged;
#[cfg(test)]
mod forged;
#[cfg(test)]
mod ground;
#[cfg(test)]
mod metadata;
#[cfg(test)]
mod photos;
#[cfg(test)]
#[path = "../../src/files/small/made.rs"]
mod photos_made;
#[cfg(test)]
mod pictures;
#[cfg(test)]
#[path = "../../src/files/samples.rs"]
mod samples;
#[cfg(test)]
#[path = "../../src/files/strip/coded.rs"]
mod webp_coded;
