#!/usr/bin/env bats
# The other scripts, with the real `az` against a fake Azure: what they refuse, and what they write.

bats_require_minimum_version 1.5.0
load azure.bash

setup_file() {
  begin_azure
  clone_project
}

teardown_file() { end_azure; }

setup() {
  scene '{"deployed": true}'
  forget_requests
}

script() { run "${AZURE}/infra/$1" "${@:2}"; }

@test "smoke names everything that is wrong, and says so in its exit" {
  scene '{"deployed": true, "apiStatus": 503, "eventStatus": 202, "hsts": false, "mediaStatus": 200, "withoutTimer": true, "poison": {"sms-poison": 2}}'
  script smoke.sh dev
  [[ "${status}" -ne 0 ]] || { explain && false; }
  local words
  for words in 'the host does not proxy' 'POST /dispatch-sms from outside answers 202' 'no Strict-Transport-Security' \
    'without a signature answers 200' 'not listed, or with another schedule: expire-records' 'sms-poison holds 2 messages'; do
    [[ "${output}" == *"${words}"* ]] || { explain && echo "missing: ${words}" && false; }
  done
  [[ -z "$(writes)" ]] || { writes && false; }
}

@test "the vault is opened for a named address only" {
  script rotate-keys.sh dev links --yes
  [[ "${status}" -ne 0 && "${output}" == *"--from ADDRESS"* ]] || { explain && false; }
  [[ -z "$(writes)" ]] || { writes && false; }
}

@test "a secret that is handed over is in no argument and in no output" {
  run "${AZURE}/infra/put-secret.sh" dev notify-api-key <<<'made-up-notify-key'
  [[ "${status}" -eq 0 && "${output}" != *made-up-notify-key* ]] || { explain && false; }
  jq --exit-status --slurp 'any(.[]; .body.properties.value? == "made-up-notify-key")' "${AZURE}/requests.jsonl" >/dev/null
}

@test "only production is locked" {
  script lock-audit.sh dev
  [[ "${status}" -ne 0 && "${output}" == *"only production"* ]] || { explain && false; }
  [[ -z "$(writes)" ]]
}
