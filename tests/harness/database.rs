//! Real databases on loopback.
