//! An operation: who does it, for which controller, under which purpose and instruction.
//! Nothing runs without all of them, and every event says them (R10, R31).

use custom_handler::Failure;
use domain::event_chain::Actor;
use domain::purpose::Purpose;
use domain::register::controller::Controller;

use crate::problems;

/// See the module.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Operation {
    pub actor: Actor,
    pub controller: String,
    pub purpose: Purpose,
    pub instruction: String,
}

impl Operation {
    /// The operation, or why the controller's register does not allow it.
    pub fn under(controller: &Controller, purpose: Purpose, actor: Actor) -> Result<Self, Failure> {
        if !controller.instruction.active {
            return Err(problems::no_instruction().into());
        }
        if !controller.allows(purpose.as_str()) {
            return Err(Failure::from(problems::purpose_not_registered(purpose.as_str()))
                .with_log(format!("purpose `{}` is not active", purpose.as_str())));
        }
        Ok(Self {
            actor,
            controller: controller.controller.clone(),
            purpose,
            instruction: controller.instruction.id.clone(),
        })
    }

    /// Erasure and delivery of what was allowed before go on when a purpose or the contract has
    /// ended: ending them must never keep data alive.
    pub fn by_function(controller: &Controller, purpose: Purpose, name: &'static str) -> Self {
        Self {
            actor: Actor::Service { function: name.to_owned() },
            controller: controller.controller.clone(),
            purpose,
            instruction: controller.instruction.id.clone(),
        }
    }
}
