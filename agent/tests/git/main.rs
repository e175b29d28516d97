//! Work trees as jobs get them, compared with what git itself would make. Needs git only.

mod as_it_lies;
mod commit;
mod hostile;
mod sandbox;
