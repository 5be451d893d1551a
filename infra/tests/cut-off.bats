#!/usr/bin/env bats
# The scripts, killed in the middle as by a machine that goes down, and run again: what stands in the fake Azure is what one whole
# run leaves. And a second run after a whole one changes nothing.

bats_require_minimum_version 1.5.0
load azure.bash

setup_file() {
  begin_azure
  clone_project
  cp "${INFRA}/../handlers/functions/demo/controllers.json" "${AZURE}/controllers.json"
  play_the_program
  export HANDLERS="${AZURE}/handlers"
  echo '+ controller riverside: Riverside Hospital' >"${AZURE}/differences"
}

teardown_file() { end_azure; }

# What a person does between two runs of teardown: another folder.
another_folder() { rm -rf "${AZURE:?}/back"; }

# Sets WHOLE to what one run leaves; `the_same_cut_after NUMBERS SCRIPT…` cuts it off after each of these writes and runs it again.
one_run() {
  forget_requests
  another_folder
  run "$@"
  [[ "${status}" -eq 0 ]] || { explain && return 1; }
  WHOLE="$(stands)"
}

the_same_cut_after() {
  local numbers="$1" told number
  shift
  told="$(<"${AZURE}/scene.json")"
  for number in ${numbers}; do
    scene "${told}"
    another_folder
    cut_after "${number}" "$@"
    [[ "${status}" -ne 0 ]] || { explain && echo "not cut off after write ${number}" && return 1; }
    another_folder
    run "$@"
    [[ "${status}" -eq 0 ]] || { explain && echo "cut off after write ${number}" && return 1; }
    diff <(echo "${WHOLE}") <(stands) || { echo "cut off after write ${number}" && return 1; }
  done
}

teardown_dev() { "${AZURE}/infra/teardown.sh" dev --from 203.0.113.7 --hand-back "${AZURE}/back" <<<'delete aftersight-dev'; }
lock_prod() { "${AZURE}/infra/lock-audit.sh" prod <<<'lock for 2922 days'; }
export -f teardown_dev lock_prod

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

@test "teardown: cut off before it deletes, it hands back anew; after that, it goes on deleting" {
  scene '{"deployed": true}'
  one_run bash -c teardown_dev
  # The door is open; the reader's role is given; the door is shut; the group remembers.
  the_same_cut_after '2 4 7 8' bash -c teardown_dev
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
