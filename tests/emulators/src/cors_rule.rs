//! The rule by which the deployment's storage account answers pages of other origins, its methods and
//! headers read out of the template: what a browser may not send there it may not send here.

/// The account that faces phones.
const TEMPLATE: &str = include_str!("../../../bicep/modules/storage-media.bicep");

/// The rule for pages of `origin`, as Blob Storage reads it ("Set Blob Service Properties").
pub fn cors_rule(origin: &str) -> Result<String, String> {
    let [methods, headers, exposed] =
        ["allowedMethods", "allowedHeaders", "exposedHeaders"].map(|name| list(TEMPLATE, name));
    Ok(format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><StorageServiceProperties><Cors><CorsRule>\
         <AllowedOrigins>{origin}</AllowedOrigins>\
         <AllowedMethods>{}</AllowedMethods>\
         <AllowedHeaders>{}</AllowedHeaders>\
         <ExposedHeaders>{}</ExposedHeaders>\
         <MaxAgeInSeconds>600</MaxAgeInSeconds></CorsRule></Cors></StorageServiceProperties>",
        methods?, headers?, exposed?,
    ))
}

/// The words of the template's only list of this name, with commas between them.
fn list(template: &str, name: &str) -> Result<String, String> {
    let start = format!("{name}: [");
    let mut found = template.split(&start).skip(1);
    let (Some(behind), None) = (found.next(), found.next()) else {
        return Err(format!("the template does not have one list `{name}`"));
    };
    let words = behind.split(']').next().unwrap_or_default().replace(['\'', ' '], "");
    if words.is_empty() { Err(format!("`{name}` is empty")) } else { Ok(words) }
}
