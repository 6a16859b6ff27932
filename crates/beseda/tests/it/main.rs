//! The whole program from outside: the real binary, real connections, and what a stranger would see.

#[cfg(test)]
mod harness;
#[cfg(test)]
mod matrix;
#[cfg(test)]
mod stories;
#[cfg(test)]
mod transcripts;
#[cfg(test)]
mod walks;
