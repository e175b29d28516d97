//! What is generated from the table of the language and checked in, compared with the table:
//! `schema/ci.schema.json` and `docs/reference/`. After a change of the table, write it anew with
//! `UPDATE_GENERATED=1 cargo test -p schema --test generated`.

mod checked_in;
mod describe;
mod json_schema;
mod pages;
