#!/usr/bin/env bats
# teardown.sh, killed in the middle as by a machine that goes down, and run again: before it deletes it hands back anew, and after that
# it goes on deleting, and nothing else is gone than after one whole run.

bats_require_minimum_version 1.5.0
load azure.bash
load cut-off.bash

setup_file() {
  begin_azure
  clone_project
}

teardown_file() { end_azure; }

teardown_dev() { "${AZURE}/infra/teardown.sh" dev --from 203.0.113.7 --hand-back "${AZURE}/back" <<<'delete aftersight-dev'; }
export -f teardown_dev

@test "teardown: cut off before it deletes, it hands back anew; after that, it goes on deleting" {
  scene '{"deployed": true}'
  one_run bash -c teardown_dev
  # The door is open; the reader's role is given; the group remembers.
  the_same_cut_after '2 4 8' bash -c teardown_dev
  [[ "${output}" == *"This one goes on with that."* && ! -e "${AZURE}/back" ]] || { explain && false; }
}

@test "teardown: beside a locked audit trail, cut off while it deletes, the rest goes by the next run" {
  scene '{"deployed": true, "auditState": "Locked"}'
  one_run bash -c teardown_dev
  # The stack is let go; the database is deleted.
  the_same_cut_after '9 10' bash -c teardown_dev
  [[ "$(stands)" == *'stmediafake": "gone"'* && "$(stands)" != *'stprivatefake": "gone"'* ]]
  forget_requests
  run bash -c teardown_dev
  [[ "${status}" -eq 0 && -z "$(writes)" ]] || { explain && writes && false; }
}
