#!/usr/bin/env bats
# The scripts, killed in the middle as by a machine that goes down, and run again: what stands in the fake Azure is what one whole
# run leaves. And a second run after a whole one changes nothing.

bats_require_minimum_version 1.5.0
load azure.bash
load cut-off.bash

setup_file() {
  begin_azure
  clone_project
  cp "${INFRA}/../handlers/functions/demo/controllers.json" "${AZURE}/controllers.json"
  play_the_program
  export HANDLERS="${AZURE}/handlers"
  echo '+ controller riverside: Riverside Hospital' >"${AZURE}/differences"
}

teardown_file() { end_azure; }

lock_prod() { "${AZURE}/infra/lock-audit.sh" prod <<<'lock for 2922 days'; }
export -f lock_prod

@test "controllers: cut off anywhere and run again, the door is shut and no role is left" {
  scene '{"deployed": true}'
  local script=("${AZURE}/infra/controllers.sh" dev "${AZURE}/controllers.json" --from 203.0.113.7 --yes)
  one_run "${script[@]}"
  the_same_cut_after '1 2 3' "${script[@]}"
  [[ "$(stands)" == *DISABLED* && "$(stands)" != *sqlroleassignments* ]]
}

@test "restore-drill: cut off and run again, the older copy goes first and none is left" {
  scene '{"deployed": true}'
  local script=("${AZURE}/infra/restore-drill.sh" dev --yes)
  one_run "${script[@]}"
  the_same_cut_after 1 "${script[@]}"
  [[ "${output}" == *"from a drill that was cut off"* && "$(stands)" != *drill-* ]] || { explain && false; }
}

@test "links: one new key an hour, and the vault is shut, wherever it was cut off" {
  scene '{"deployed": true, "ring": {"currentLinkKey": 1, "linkKeys": {"1": "b25l"}, "numberKey": "bnVtYmVy"}}'
  local script=("${AZURE}/infra/rotate-keys.sh" dev links --from 203.0.113.7 --yes)
  one_run "${script[@]}"
  the_same_cut_after '1 2' "${script[@]}"
  [[ "${output}" == *"it is left alone"* && "$(stands)" == *'"Disabled"'* ]] || { explain && false; }
}

@test "encryption: a key is turned once an hour, and the vault forgets the address of the run that was cut off" {
  scene '{"deployed": true}'
  local script=("${AZURE}/infra/rotate-keys.sh" dev encryption --yes --from)
  one_run "${script[@]}" 203.0.113.7
  the_same_cut_after '1 2 4' "${script[@]}" 203.0.113.7
  forget_requests
  run "${script[@]}" 203.0.113.8
  [[ "${status}" -eq 0 && "$(writes | grep -c rotate)" -eq 0 && "$(grep -c 'it is left alone' <<<"${output}")" -eq 3 ]] || { explain && writes && false; }
}

@test "signatures: twice revokes twice, and leaves the same" {
  scene '{"deployed": true}'
  one_run "${AZURE}/infra/rotate-keys.sh" dev signatures --yes
  one_run "${AZURE}/infra/rotate-keys.sh" dev signatures --yes
  [[ "$(writes | wc -l)" -eq 1 ]]
}

@test "lock-audit: cut off after the lock, the next run sees it and writes nothing" {
  scene '{"deployed": true}'
  one_run bash -c lock_prod
  the_same_cut_after 1 bash -c lock_prod
  [[ "${output}" == *"The policy is locked"* ]] || { explain && false; }
}
