//! The same thing counted apart by some words: by contract, by route, by why.

use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, EncodeMetric, LabelValueEncoder, MetricEncoder};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::{MetricType, TypedMetric};
use std::fmt::{self, Debug, Write};
use std::sync::Arc;

/// A word by which things are told apart. There are few of each kind, and no client can make up one: no person, no room.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Label {
    /// A word of the code.
    Word(&'static str),
    /// A word of the settings.
    Text(Arc<str>),
    /// A number: a status, a close code.
    Number(u16),
}

impl From<&'static str> for Label {
    fn from(word: &'static str) -> Self {
        Self::Word(word)
    }
}

impl From<u16> for Label {
    fn from(number: u16) -> Self {
        Self::Number(number)
    }
}

impl EncodeLabelValue for Label {
    fn encode(&self, out: &mut LabelValueEncoder<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => out.write_str(word),
            Self::Text(text) => out.write_str(text),
            Self::Number(number) => write!(out, "{number}"),
        }
    }
}

type Labels<const N: usize> = [(&'static str, Label); N];

/// Numbers of one kind, each with its labels. They are looked up under a lock, which readers share: whoever counts often
/// keeps what [`By::of`] gave, some in [`Few`](crate::Few).
#[derive(Debug)]
pub struct By<M, const N: usize> {
    names: [&'static str; N],
    all: Family<Labels<N>, M>,
}

impl<M: Default + Clone, const N: usize> By<M, N> {
    /// Numbers that are told apart by labels of these names.
    #[must_use]
    pub fn new(names: [&'static str; N]) -> Self {
        Self {
            names,
            all: Family::default(),
        }
    }

    /// The number of these labels, in the order of their names.
    #[must_use]
    pub fn of(&self, labels: [Label; N]) -> M {
        let mut names = self.names.into_iter();
        let named = labels.map(|label| (names.next().unwrap_or_default(), label));
        self.all.get_or_create_owned(&named)
    }

    /// Shows these labels from now on: what was never counted has no rate.
    pub fn begin(&self, labels: [Label; N]) {
        drop(self.of(labels));
    }
}

impl<M, const N: usize> Clone for By<M, N> {
    fn clone(&self) -> Self {
        Self {
            names: self.names,
            all: self.all.clone(),
        }
    }
}

impl<M: TypedMetric, const N: usize> TypedMetric for By<M, N> {
    const TYPE: MetricType = M::TYPE;
}

impl<M: EncodeMetric + TypedMetric + Debug, const N: usize> EncodeMetric for By<M, N>
where
    Labels<N>: EncodeLabelSet,
{
    fn encode(&self, out: MetricEncoder<'_>) -> fmt::Result {
        self.all.encode(out)
    }

    fn metric_type(&self) -> MetricType {
        M::TYPE
    }
}
