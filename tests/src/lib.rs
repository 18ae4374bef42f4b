//! till-tests
