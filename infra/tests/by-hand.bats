#!/usr/bin/env bats
# What an administrator does by hand, with the real `az` and `curl` against a fake Azure: messages put back, a night started.

bats_require_minimum_version 1.5.0
load azure.bash

setup_file() {
  begin_azure
  clone_project
}

teardown_file() { end_azure; }

setup() { forget_requests; }

# The account was opened for one address, its last word is that it is shut, and the role is gone again.
queues_were_shut() {
  jq --exit-status --slurp '[.[] | select(.method == "PATCH" and (.path | test("storageAccounts/stprivatefake\\?"))).body.properties]
    | .[0].publicNetworkAccess == "Enabled" and (.[0].networkAcls.ipRules | map(.value)) == ["203.0.113.7"] and .[-1].publicNetworkAccess == "Disabled" and .[-1].networkAcls.ipRules == []' \
    "${AZURE}/requests.jsonl" >/dev/null
  [[ "$(writes | grep -c 'PUT .*/roleAssignments/')" -eq "$(writes | grep -c 'DELETE .*/roleAssignments/')" ]]
}

# What was put on a queue, one text a line.
put_on() { jq --raw-output --arg path "/queues/$1/messages" 'select(.method == "POST" and .path == $path).body.text' "${AZURE}/requests.jsonl" | sed -E 's/.*<MessageText>(.*)<\/MessageText>.*/\1/'; }

@test "again: every message goes back as it was, and the account is shut" {
  scene '{"deployed": true, "poison": {"sms-poison": 2}, "poisoned": ["eyJpZCI6IDF9", "eyJpZCI6IDJ9"]}'
  run "${AZURE}/infra/again.sh" dev sms --from 203.0.113.7 --yes
  [[ "${status}" -eq 0 && "${output}" == *"2 messages are back on sms."* ]] || { explain && false; }
  [[ "$(put_on sms)" == $'eyJpZCI6IDF9\neyJpZCI6IDJ9' ]]
  # Each lies on its queue before it goes from the other.
  [[ "$(jq --raw-output 'select(.path | startswith("/queues/sms")) | select(.method != "GET").method' "${AZURE}/requests.jsonl" | paste -sd' ')" == "POST DELETE POST DELETE" ]]
  queues_were_shut
}

@test "again: what is no base64 stays where it is, and is counted" {
  scene '{"deployed": true, "poison": {"uploads-poison": 2}, "poisoned": ["{not base64}", "eyJpZCI6IDJ9"]}'
  run "${AZURE}/infra/again.sh" dev uploads --from 203.0.113.7 --yes
  [[ "${status}" -eq 0 && "${output}" == *"1 messages are back on uploads."*"1 are no base64"* && "$(put_on uploads)" == eyJpZCI6IDJ9 ]] || { explain && false; }
  queues_were_shut
}

@test "again: nothing is opened for an empty queue, without an answer, or without an address" {
  scene '{"deployed": true}'
  run "${AZURE}/infra/again.sh" dev sms --from 203.0.113.7 --yes
  [[ "${status}" -eq 0 && "${output}" == *"nothing is to be put back"* && -z "$(writes)" ]] || { explain && false; }
  scene '{"deployed": true, "poison": {"sms-poison": 1}, "poisoned": ["eyJpZCI6IDF9"]}'
  run "${AZURE}/infra/again.sh" dev sms --from 203.0.113.7 </dev/null
  [[ "${status}" -ne 0 && "${output}" == *"Put 1 messages of sms-poison back on sms?"*"nothing was changed"* && -z "$(writes)" ]] || { explain && false; }
  run "${AZURE}/infra/again.sh" dev sms --yes
  [[ "${status}" -ne 0 && "${output}" == *"--from ADDRESS"* && -z "$(writes)" ]] || { explain && false; }
  run "${AZURE}/infra/again.sh" dev letters --from 203.0.113.7 --yes
  [[ "${status}" -ne 0 && "${output}" == *"uploads, sms or erasures"* && -z "$(writes)" ]] || { explain && false; }
}

@test "again: a queue that fails in the middle leaves the account shut, and what was put back is not lost" {
  scene '{"deployed": true, "poison": {"sms-poison": 1}, "poisoned": ["eyJpZCI6IDF9"], "sick": ["/queues/sms/messages", 403, "json"]}'
  run "${AZURE}/infra/again.sh" dev sms --from 203.0.113.7 --yes
  [[ "${status}" -ne 0 && "$(jq --raw-output 'select(.method == "DELETE" and (.path | startswith("/queues/"))).path' "${AZURE}/requests.jsonl")" == '' ]] || { explain && false; }
  queues_were_shut
  scene '{"deployed": true, "poison": {"sms-poison": 1}, "poisoned": ["eyJpZCI6IDF9"], "sick": ["/queues/sms-poison/messages", 200, "html"]}'
  forget_requests
  run "${AZURE}/infra/again.sh" dev sms --from 203.0.113.7 --yes
  [[ "${status}" -ne 0 && "${output}" == *"nobody says what lies on sms-poison"* ]] || { explain && false; }
  queues_were_shut
}

@test "night: is asked for, started with the host's own key, and no key is shown" {
  scene '{"deployed": true}'
  run "${AZURE}/infra/night.sh" dev --yes
  [[ "${status}" -eq 0 && "${output}" == *"The night has begun."* && "${output}" != *not-a-key* ]] || { explain && false; }
  [[ "$(jq --raw-output 'select(.path == "/admin/functions/expire-records").method' "${AZURE}/requests.jsonl")" == POST ]]
  forget_requests
  run "${AZURE}/infra/night.sh" dev </dev/null
  [[ "${status}" -ne 0 && "${output}" == *"nothing was changed"* && "$(grep -c /admin/functions "${AZURE}/requests.jsonl")" -eq 0 ]] || { explain && false; }
}

@test "night: another answer than accepted is no night" {
  local answer
  for answer in 200 401 403 404 503; do
    scene "{\"deployed\": true, \"nightStatus\": ${answer}}"
    run "${AZURE}/infra/night.sh" dev --yes
    [[ "${status}" -ne 0 && "${output}" == *"the host answers ${answer}, not 202: no night was started"* ]] || { explain && false; }
  done
}
