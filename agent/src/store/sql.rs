//! A query with its values, and a row with its words for damage.
//!
//! A query owns what is bound to it, so that it can be sent again after a lost connection.

use super::answer::Limit;
use super::{BuildId, DeliveryId, JobId, RepositoryId, StoreError};
use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyConnection, AssertSqlSafe, Row as _};
use std::borrow::Cow;

/// A query text with `$1`, `$2` … and their values in this order.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    text: Cow<'static, str>,
    values: Vec<Value>,
}

/// What can be bound.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Int(Option<i64>),
    Text(Option<String>),
    Bytes(Vec<u8>),
}

/// A query; only our own words may stand in its text.
pub(crate) fn query(text: impl Into<Cow<'static, str>>) -> Query {
    Query {
        text: text.into(),
        values: Vec::new(),
    }
}

impl Query {
    /// The value of the next `$n`.
    #[must_use]
    pub(crate) fn bind(mut self, value: impl Into<Value>) -> Self {
        self.values.push(value.into());
        self
    }

    /// The value of the next `$n`, as JSON.
    pub(crate) fn json(self, value: &impl Serialize) -> Result<Self, StoreError> {
        Ok(self.bind(to_json(value)?))
    }

    /// Adds words to the text.
    #[must_use]
    pub(crate) fn push(mut self, words: &str) -> Self {
        self.text.to_mut().push_str(words);
        self
    }

    /// Adds `words` with the place of the next value behind them, and the value.
    #[must_use]
    pub(crate) fn push_bind(self, words: &str, value: impl Into<Value>) -> Self {
        let words = format!("{words}${}", self.values.len() + 1);
        self.push(&words).bind(value)
    }

    /// Runs it; how many rows it changed.
    pub(crate) async fn run(self, connection: &mut AnyConnection) -> sqlx::Result<u64> {
        let limit = Limit::of(connection);
        let done = limit.keep(self.prepared().execute(connection)).await?;
        Ok(done.rows_affected())
    }

    /// All its rows.
    pub(crate) async fn all(self, connection: &mut AnyConnection) -> sqlx::Result<Vec<Row>> {
        let limit = Limit::of(connection);
        let rows = limit.keep(self.prepared().fetch_all(connection)).await?;
        Ok(rows.into_iter().map(Row).collect())
    }

    /// Its first row.
    pub(crate) async fn first(self, connection: &mut AnyConnection) -> sqlx::Result<Option<Row>> {
        let limit = Limit::of(connection);
        let row = limit.keep(self.prepared().fetch_optional(connection));
        Ok(row.await?.map(Row))
    }

    /// The only row of a query that always has one.
    pub(crate) async fn one(self, connection: &mut AnyConnection) -> sqlx::Result<Row> {
        let limit = Limit::of(connection);
        limit
            .keep(self.prepared().fetch_one(connection))
            .await
            .map(Row)
    }

    fn prepared(self) -> sqlx::query::Query<'static, Any, sqlx::any::AnyArguments> {
        let mut query = match self.text {
            Cow::Borrowed(text) => sqlx::query(text),
            Cow::Owned(text) => sqlx::query(AssertSqlSafe(text)),
        };
        for value in self.values {
            query = match value {
                Value::Int(value) => query.bind(value),
                Value::Text(value) => query.bind(value),
                Value::Bytes(value) => query.bind(value),
            };
        }
        query
    }
}

/// A structure as it is stored.
pub(crate) fn to_json(value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Refused(error.to_string()))
}

/// A text without what PostgreSQL's can't hold, and names from outside may.
pub(crate) fn as_stored(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{FFFD}"))
    } else {
        Cow::Borrowed(text)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<Option<i64>> for Value {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl From<u64> for Value {
    fn from(value: u64) -> Self {
        // No row has so high a number, so that nothing is found.
        Self::Int(Some(i64::try_from(value).unwrap_or(i64::MAX)))
    }
}

impl From<Option<u64>> for Value {
    fn from(value: Option<u64>) -> Self {
        value.map_or(Self::Int(None), Self::from)
    }
}

impl From<u32> for Value {
    fn from(value: u32) -> Self {
        Self::Int(Some(i64::from(value)))
    }
}

impl From<Option<u32>> for Value {
    fn from(value: Option<u32>) -> Self {
        Self::Int(value.map(i64::from))
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Int(Some(i64::from(value)))
    }
}

impl From<Timestamp> for Value {
    fn from(value: Timestamp) -> Self {
        Self::Int(Some(value.as_millisecond()))
    }
}

impl From<Option<Timestamp>> for Value {
    fn from(value: Option<Timestamp>) -> Self {
        Self::Int(value.map(Timestamp::as_millisecond))
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        match as_stored(&value) {
            Cow::Borrowed(_) => Self::Text(Some(value)),
            Cow::Owned(clean) => Self::Text(Some(clean)),
        }
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::from(value.to_owned())
    }
}

impl From<Option<&str>> for Value {
    fn from(value: Option<&str>) -> Self {
        value.map_or(Self::Text(None), Self::from)
    }
}

impl From<&[u8]> for Value {
    fn from(value: &[u8]) -> Self {
        Self::Bytes(value.to_owned())
    }
}

macro_rules! bind_row_names {
    ($($name:ident),*) => {$(
        impl From<$name> for Value {
            fn from(value: $name) -> Self {
                Self::from(value.0)
            }
        }
    )*};
}

bind_row_names!(RepositoryId, DeliveryId, BuildId, JobId);

impl From<Option<RepositoryId>> for Value {
    fn from(value: Option<RepositoryId>) -> Self {
        Self::from(value.map(|id| id.0))
    }
}

/// A row. What can't be read is said with the column's name.
pub(crate) struct Row(AnyRow);

impl Row {
    fn get<'r, T>(&'r self, column: &str) -> Result<T, StoreError>
    where
        T: sqlx::Decode<'r, Any> + sqlx::Type<Any>,
    {
        self.0
            .try_get(column)
            .map_err(|error| self.damaged(column, &error))
    }

    /// Says which row it is, where it has a number.
    pub(crate) fn damaged(&self, column: &str, reason: &dyn std::fmt::Display) -> StoreError {
        let what = match self.0.try_get::<i64, _>("id") {
            Ok(id) => format!("{column} of row {id}"),
            Err(_) => column.to_owned(),
        };
        StoreError::Damaged {
            what,
            reason: reason.to_string(),
        }
    }

    pub(crate) fn int(&self, column: &str) -> Result<i64, StoreError> {
        self.get(column)
    }

    pub(crate) fn number<T: TryFrom<i64>>(&self, column: &str) -> Result<T, StoreError> {
        let value = self.int(column)?;
        T::try_from(value)
            .map_err(|_| self.damaged(column, &format_args!("{value} is out of range")))
    }

    pub(crate) fn optional_number<T: TryFrom<i64>>(
        &self,
        column: &str,
    ) -> Result<Option<T>, StoreError> {
        match self.get::<Option<i64>>(column)? {
            Some(_) => self.number(column).map(Some),
            None => Ok(None),
        }
    }

    pub(crate) fn truth(&self, column: &str) -> Result<bool, StoreError> {
        Ok(self.int(column)? != 0)
    }

    pub(crate) fn text(&self, column: &str) -> Result<String, StoreError> {
        self.get(column)
    }

    pub(crate) fn optional_text(&self, column: &str) -> Result<Option<String>, StoreError> {
        self.get(column)
    }

    pub(crate) fn bytes(&self, column: &str) -> Result<Vec<u8>, StoreError> {
        self.get(column)
    }

    pub(crate) fn optional_time(&self, column: &str) -> Result<Option<Timestamp>, StoreError> {
        self.get::<Option<i64>>(column)?
            .map(|value| {
                Timestamp::from_millisecond(value).map_err(|error| self.damaged(column, &error))
            })
            .transpose()
    }

    pub(crate) fn time(&self, column: &str) -> Result<Timestamp, StoreError> {
        self.optional_time(column)?
            .ok_or_else(|| self.damaged(column, &"it is empty"))
    }

    pub(crate) fn json<T: DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        serde_json::from_str(&self.text(column)?).map_err(|error| self.damaged(column, &error))
    }

    /// A column that holds one of a set of words.
    pub(crate) fn word<T>(
        &self,
        column: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, StoreError> {
        let word = self.text(column)?;
        read(&word).ok_or_else(|| self.damaged(column, &format_args!("{word:?} is not known")))
    }
}
