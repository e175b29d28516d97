//! What pages read. The store has it all; tests bring rows of their own.

use crate::store::{
    Attempt, BuildFilter, BuildId, BuildRow, Cursor, Delivery, DeliveryId, JobId, JobRow, Outline,
    Repository, RepositoryId, Store, StoreError,
};
use async_trait::async_trait;
use std::collections::BTreeMap;

/// What pages read; each method is the store's of the same name, with its errors.
#[async_trait]
#[allow(
    missing_docs,
    reason = "each method is documented where the store defines it"
)]
pub trait Reader: Send + Sync {
    async fn repository(&self, id: RepositoryId) -> Result<Option<Repository>, StoreError>;
    async fn repository_named(&self, slug: &str) -> Result<Option<Repository>, StoreError>;
    async fn repositories(&self) -> Result<Vec<Repository>, StoreError>;
    async fn build(&self, id: BuildId) -> Result<Option<BuildRow>, StoreError>;
    async fn build_numbered(
        &self,
        repository: RepositoryId,
        number: u64,
    ) -> Result<Option<BuildRow>, StoreError>;
    async fn build_outline(
        &self,
        repository: RepositoryId,
        number: u64,
    ) -> Result<Option<Outline>, StoreError>;
    async fn builds(
        &self,
        filter: &BuildFilter,
        cursor: Cursor,
        limit: u32,
    ) -> Result<Vec<BuildRow>, StoreError>;
    async fn jobs(&self, build: BuildId) -> Result<Vec<JobRow>, StoreError>;
    async fn job(&self, id: JobId) -> Result<Option<JobRow>, StoreError>;
    async fn earlier_attempts(&self, id: JobId) -> Result<Vec<Attempt>, StoreError>;
    async fn group_waits(
        &self,
        repository: RepositoryId,
    ) -> Result<BTreeMap<JobId, String>, StoreError>;
    async fn deliveries(
        &self,
        repository: Option<RepositoryId>,
        before: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError>;
}

#[async_trait]
impl Reader for Store {
    async fn repository(&self, id: RepositoryId) -> Result<Option<Repository>, StoreError> {
        Self::repository(self, id).await
    }

    async fn repository_named(&self, slug: &str) -> Result<Option<Repository>, StoreError> {
        Self::repository_named(self, slug).await
    }

    async fn repositories(&self) -> Result<Vec<Repository>, StoreError> {
        Self::repositories(self).await
    }

    async fn build(&self, id: BuildId) -> Result<Option<BuildRow>, StoreError> {
        Self::build(self, id).await
    }

    async fn build_numbered(
        &self,
        repository: RepositoryId,
        number: u64,
    ) -> Result<Option<BuildRow>, StoreError> {
        Self::build_numbered(self, repository, number).await
    }

    async fn build_outline(
        &self,
        repository: RepositoryId,
        number: u64,
    ) -> Result<Option<Outline>, StoreError> {
        Self::build_outline(self, repository, number).await
    }

    async fn builds(
        &self,
        filter: &BuildFilter,
        cursor: Cursor,
        limit: u32,
    ) -> Result<Vec<BuildRow>, StoreError> {
        Self::builds(self, filter, cursor, limit).await
    }

    async fn jobs(&self, build: BuildId) -> Result<Vec<JobRow>, StoreError> {
        Self::jobs(self, build).await
    }

    async fn job(&self, id: JobId) -> Result<Option<JobRow>, StoreError> {
        Self::job(self, id).await
    }

    async fn earlier_attempts(&self, id: JobId) -> Result<Vec<Attempt>, StoreError> {
        Self::earlier_attempts(self, id).await
    }

    async fn group_waits(
        &self,
        repository: RepositoryId,
    ) -> Result<BTreeMap<JobId, String>, StoreError> {
        Self::group_waits(self, repository).await
    }

    async fn deliveries(
        &self,
        repository: Option<RepositoryId>,
        before: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        Self::deliveries(self, repository, before, limit).await
    }
}
