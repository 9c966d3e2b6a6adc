//! Integration tests of real processes. Each file says which promise it proves.

mod architecture;
