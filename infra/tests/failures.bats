#!/usr/bin/env bats
# What a new subscription or an organisation's own rules answer to a first deployment: each is said in words with the way on, and nothing is
# tried three times in silence.

bats_require_minimum_version 1.5.0
load azure.bash

setup_file() {
  begin_azure
  clone_project
  printf 'a package' >"${AZURE}/package.zip"
}

teardown_file() { end_azure; }

setup() { forget_requests; }

deploy() { run "${AZURE}/infra/deploy.sh" dev --yes --package "${AZURE}/package.zip"; }

# refused TRIES ERROR WORDS: the stack is tried so often, the words say what it means, and nothing is published.
refused() {
  scene "$(jq --null-input --arg error "$2" '{stackFailures: 9, stackError: $error}')"
  forget_requests
  deploy
  [[ "${status}" -ne 0 && "${output}" == *"$2"* && "${output}" == *"$3"* && "${output}" == *"could not deploy"* ]] || { explain && return 1; }
  [[ "$(writes | grep -c 'PUT .*/deploymentStacks/')" -eq "$1" && "$(writes | grep -c 'POST /api/publish')" -eq 0 ]] || { explain && writes && return 1; }
}

@test "no room in several zones, a policy, a foreign system topic and a subnet that is still held are tried once, and each says the way on" {
  refused 1 'Sorry, we are currently experiencing high demand in UK South region, and cannot fulfill your request at this time' 'availability zones'
  refused 1 'RequestDisallowedByPolicy: Resource was disallowed by policy. Policy identifiers: "policyAssignment":{"name":"No public access"' 'No public access'
  refused 1 'Only one system topic is allowed per source' "somebody's (mostly Defender's"
  refused 1 'InUseSubnetCannotBeDeleted: serviceAssociationLinks/legionservicelink' 'held by Flex Consumption for up to two days'
}

@test "a role that is late is tried three times aloud, and what nobody knows twice" {
  refused 3 'PrincipalNotFound: the principal does not exist in the directory' 'takes minutes to be known everywhere'
  refused 2 'SomethingElse: nobody has met this yet' 'SomethingElse'
}

@test "where the refusal to delete cannot be made it is left off once, and the next deployment makes it" {
  scene '{"stackFailures": 1, "stackError": "DenyAssignmentFailure: the deny assignment could not be created"}'
  deploy
  [[ "${status}" -eq 0 && "${output}" == *"run this again tomorrow"*"All well."* ]] || { explain && false; }
  jq --exit-status --slurp '[.[] | select(.method == "PUT" and (.path | contains("deploymentStacks"))).body.properties.denySettings.mode] == ["denyDelete", "none"]' "${AZURE}/requests.jsonl" >/dev/null
  scene '{}'
  forget_requests
  deploy
  [[ "${status}" -eq 0 ]] || { explain && false; }
  jq --exit-status --slurp '[.[] | select(.method == "PUT" and (.path | contains("deploymentStacks"))).body.properties.denySettings.mode] == ["denyDelete"]' "${AZURE}/requests.jsonl" >/dev/null
}

@test "roles that a deployment gives are not told for an hour, and no longer" {
  scene '{"stackFailures": 1}'
  sed -i 's/^param monthlyBudget = .*/param monthlyBudget = 121/' "${AZURE}/infra/dev.bicepparam"
  deploy
  [[ "${status}" -eq 0 ]] || { explain && false; }
  jq --exit-status --slurp '[.[] | select(.method == "PUT" and (.path | contains("actionRules"))).body.properties] | length == 1 and (.[0]
    | .conditions == [{field: "AlertRuleName", operator: "Contains", values: ["roles-changed"]}]
      and ((.schedule.effectiveUntil + "Z" | fromdate) - (.schedule.effectiveFrom + "Z" | fromdate) == 3600))' "${AZURE}/requests.jsonl" >/dev/null
}

@test "a policy that refuses at the check stops it before anything is written, by its name" {
  scene "$(jq --null-input '{refuseTemplate: "RequestDisallowedByPolicy: disallowed by policy. \"policyAssignment\":{\"name\":\"Allowed zones\""}')"
  deploy
  [[ "${status}" -ne 0 && "${output}" == *"Allowed zones"*"If your tenant has policies"* && "$(writes | grep -c deploymentStacks)" -eq 0 ]] || { explain && false; }
}
