//! Which instances a restart request means (KIP-745). Pure.

use crate::herder::infos::{ConnectorStateInfo, ConnectorStatusInfo, TaskStatusInfo};
use crate::id::{Instance, TaskId};
use crate::storage::config_records::RestartRequest;
use crate::storage::config_state::ConfigState;
use crate::storage::status_records::{State, Status};
use crate::storage::status_state::StatusState;

/// A request with the statuses it was made on.
#[derive(Debug, Clone)]
pub(crate) struct RestartPlan {
    connector: (Instance, Status, bool),
    tasks: Vec<(TaskId, Status, bool)>,
}

impl RestartPlan {
    /// The plan; `None` if the connector has no status.
    pub(crate) fn of(request: &RestartRequest, config: &ConfigState, statuses: &StatusState) -> Option<Self> {
        config.connector(&request.connector)?;
        let known = statuses.connector(&request.connector)?;
        let status = known.connector.clone()?;
        let means = |status: &Status| !request.only_failed || status.state == State::Failed;
        let tasks = known.tasks.iter().map(|(number, status)| {
            let restarts = request.include_tasks && means(status);
            (TaskId::new(request.connector.clone(), *number), status.clone(), restarts)
        });
        let restarts = means(&status);
        Some(Self {
            connector: (Instance::Connector(request.connector.clone()), status, restarts),
            tasks: tasks.collect(),
        })
    }

    /// What restarts.
    pub(crate) fn restarting(&self) -> impl Iterator<Item = Instance> + '_ {
        let connector = self.connector.2.then(|| self.connector.0.clone());
        let tasks = self.tasks.iter().filter(|(_, _, restarts)| *restarts);
        connector.into_iter().chain(tasks.map(|(id, _, _)| Instance::Task(id.clone())))
    }

    /// The answer to the request: the statuses, with `RESTARTING` for what restarts. As in Apache's, an old trace
    /// stays.
    pub(crate) fn answer(&self, kind: &'static str) -> ConnectorStatusInfo {
        let state = |status: &Status, restarts: bool| {
            let mut info = ConnectorStateInfo::of(status);
            if restarts {
                info.state = State::Restarting.name();
            }
            info
        };
        ConnectorStatusInfo {
            name: self.connector.0.connector().to_owned(),
            connector: state(&self.connector.1, self.connector.2),
            tasks: self
                .tasks
                .iter()
                .map(|(id, status, restarts)| TaskStatusInfo {
                    id: id.task,
                    status: state(status, *restarts),
                })
                .collect(),
            kind,
        }
    }
}
