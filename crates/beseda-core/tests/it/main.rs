//! Rules on the store in memory.

#[cfg(test)]
mod access;
#[cfg(test)]
mod chat;
#[cfg(test)]
mod sign_in;
