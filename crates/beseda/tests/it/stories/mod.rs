//! What must hold whatever happens: one story a test.

mod bodies;
mod canary;
mod commands;
mod crash;
mod files;
mod foreign;
mod forged;
mod frames;
mod heartbeat;
mod history;
mod jwks;
mod limits;
mod log_file;
mod once;
mod origins;
mod payloads;
mod rates;
mod seeded;
mod silent;
mod slow;
mod stop;
mod tokens;
mod typing;
