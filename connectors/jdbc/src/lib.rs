//! The JDBC source connector: rows of MySQL, MariaDB, PostgreSQL and SQLite tables as Connect records.
//!
//! It takes the configuration, the topics, the source offsets and the record schemas of Confluent's (and Aiven's) JDBC
//! source connector, so that one of theirs can be taken over in place. No Java and no JDBC driver is involved: the
//! `jdbc:` URL only tells which database to speak to. `TYPES.md` lists what every column type becomes, `README.md`
//! the settings, the differences, and which rows polling can miss.
//!
//! | folder | holds |
//! |---|---|
//! | `settings` | the key table, the rules between keys, URLs |
//! | `database` | the three drivers behind one [`Connection`](database::Connection) |
//! | `schema` | SQL types, their Connect schemas, and how a cell becomes a value |
//! | `reader` | the task's reader: which rows to ask for next, and their offsets |

mod boundary;
mod connector;
mod criteria;
mod database;
mod live_check;
mod moment;
mod offset;
mod plugin;
mod query_text;
mod reader;
mod schema;
mod settings;
mod table_filter;
mod table_id;
mod table_monitor;
mod task;
mod task_split;

pub use plugin::{CLASS_ALIASES, CLASS_NAME, JdbcPlugin};
