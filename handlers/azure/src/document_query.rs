//! A page of one partition as a query: ids in order, behind one of them, perhaps with a property.

use azure_data_cosmos::Query as Text;
use domain::ports::documents::Query;
use domain::ports::error::StoreError;

const LONGEST_PAGE: usize = 1000;

/// The query's text with its parameters. No value is ever part of the text.
pub(crate) fn text(query: &Query) -> Result<Text, StoreError> {
    if !(1..=LONGEST_PAGE).contains(&query.limit) {
        return Err(StoreError::broken(format!("a page of {} documents", query.limit)));
    }
    let mut conditions = Vec::new();
    let mut values = Vec::new();
    if !query.id_prefix.is_empty() {
        conditions.push("STARTSWITH(c.id, @prefix)".to_owned());
        values.push(("@prefix", query.id_prefix.as_str()));
    }
    if let Some((property, value)) = &query.equals {
        // It becomes part of the text.
        if property.is_empty() || !property.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(StoreError::broken(format!("`{property}` is no property name")));
        }
        conditions.push(format!("c.body.{property} = @value"));
        values.push(("@value", value.as_str()));
    }
    if let Some(after) = &query.after {
        conditions.push(format!("c.id {} @after", if query.newest_first { "<" } else { ">" }));
        values.push(("@after", after.as_str()));
    }
    let filter = if conditions.is_empty() {
        String::new()
    } else {
        format!(" WHERE {}", conditions.join(" AND "))
    };
    let order = if query.newest_first { "DESC" } else { "ASC" };
    let text = format!("SELECT c.id, c._etag, c.body FROM c{filter} ORDER BY c.id {order}");
    values.into_iter().try_fold(Text::from(text), |text, (name, value)| {
        text.with_parameter(name, value).map_err(StoreError::broken)
    })
}
