//! `services:`

use crate::plan::Service;
use crate::yaml::Node;

/// The services of a job in order, each once.
#[must_use]
pub fn from_node(node: &Node) -> Vec<Service> {
    let items = node.as_seq().unwrap_or(std::slice::from_ref(node));
    let mut services: Vec<Service> = Vec::new();
    for item in items {
        let Some(name) = item.as_text() else {
            continue;
        };
        if !services.iter().any(|service| service.name == name) {
            services.push(Service {
                name: name.to_owned(),
                span: item.span,
            });
        }
    }
    services
}
