//! A dialect: how one contract's sockets hear and speak. The contract implements it, live carries it.

use beseda_core::rules::History;
use beseda_core::words::{Draft, Event, Limits, Marks, Message, Person, PersonId};
use beseda_core::{Fault, Refusal};

/// What somebody asks for in a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Send a message.
    Send(Draft),
    /// Announce that they are typing, or have stopped.
    Typing(bool),
    /// Move their receipt up to what this socket has been told.
    Read,
}

/// Why a frame could not be taken for a command: a word for programs and a sentence for people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misheard {
    /// The word.
    pub code: &'static str,
    /// The sentence: what is wrong, where, what to do.
    pub detail: String,
}

/// What a listener's frame depends on besides the event. Listeners that do not differ in it share one frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    /// The event is a message that this person sent under a client id, which only they are told.
    pub knows_client_id: bool,
    /// The event's message is read, as this person sees it.
    pub is_read: bool,
}

/// How one contract's sockets hear and speak. Frames are JSON texts.
pub trait Dialect: Send + Sync + 'static {
    /// The contract's name, for logs and metrics.
    fn name(&self) -> &'static str;
    /// Takes a text frame for a command.
    ///
    /// # Errors
    /// Why it is none.
    fn hear(&self, frame: &str, limits: &Limits) -> Result<Command, Misheard>;
    /// What a socket hears first.
    fn history(&self, viewer: PersonId, history: &History) -> String;
    /// An event, for listeners of this kind; `None` where the contract has no word for it.
    fn event(&self, event: &Event, viewer: Viewer) -> Option<String>;
    /// A message that was sent before under the same client id, for the socket that sent it again.
    fn sent_before(&self, message: &Message, marks: Marks, viewer: &Person, client_id: Option<&str>) -> String;
    /// Somebody types, or has stopped.
    fn typing(&self, person: PersonId, is_typing: bool) -> Option<String>;
    /// A frame was no command.
    fn misheard(&self, misheard: &Misheard) -> String;
    /// A command was refused.
    fn refused(&self, refusal: &Refusal, client_id: Option<&str>) -> String;
    /// A command failed on our side; the cause stays with us.
    fn failed(&self, fault: &Fault, client_id: Option<&str>) -> String;
}
