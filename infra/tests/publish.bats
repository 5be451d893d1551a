#!/usr/bin/env bats
# After publishing: what runs decides, not what `az` says of it. A host that is late is waited for, and one that never comes is named.

bats_require_minimum_version 1.5.0
load azure.bash

setup_file() {
  begin_azure
  clone_project
}

teardown_file() { end_azure; }

setup() {
  forget_requests
  # Another package for each test, so that it is published.
  printf 'package %s' "${BATS_TEST_NUMBER}" >"${AZURE}/package.zip"
}

deploy() { run "${AZURE}/infra/deploy.sh" dev --yes --package "${AZURE}/package.zip"; }

@test "an app that az calls unhealthy is published once, and what is tried decides" {
  scene '{"hostStatus": 503}'
  deploy
  [[ "${status}" -eq 0 && "${output}" == *"The package is in"*"All well."* ]] || { explain && false; }
  [[ "$(writes | grep -c 'POST /api/publish')" -eq 1 ]]
}

@test "functions that are listed late, and a throttled sync of triggers, are waited for aloud" {
  scene '{"functionsLate": 3, "syncFailures": 2}'
  deploy
  [[ "${status}" -eq 0 && "${output}" == *"waiting for Azure to take up the triggers"*"waiting for the host to list its functions"*"All well."* ]] || { explain && false; }
  [[ "$(writes | grep -c syncfunctiontriggers)" -eq 3 ]]
}

@test "functions that never come, and timers that stay dead, are an end with words, and the package is published once" {
  scene '{"withoutTimer": true}'
  deploy
  [[ "${status}" -ne 0 && "${output}" == *"the host does not take it up"* && "$(writes | grep -c 'POST /api/publish')" -eq 1 ]] || { explain && false; }
}

@test "a publishing site that answers 503 is tried three times, and nobody says that nothing changed" {
  scene '{"publishStatus": 503}'
  deploy
  [[ "${status}" -ne 0 && "${output}" == *"Which package runs is not known"* && "$(writes | grep -c 'POST /api/publish')" -ge 3 ]] || { explain && false; }
}

@test "smoke names a host that does not run, and one that lists nothing" {
  scene '{"deployed": true, "apiStatus": 503, "hostStatus": 503, "functionsLate": 1}'
  run "${AZURE}/infra/smoke.sh" dev
  [[ "${status}" -ne 0 && "${output}" == *"Function host is not running"*"out of reach of the subnet"* && "${output}" == *"lists no function at all"* ]] || { explain && false; }
}
