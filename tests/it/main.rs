//! it

#[cfg(test)]
mod contract;
