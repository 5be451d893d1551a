#!/usr/bin/env bash
# Tries what is deployed, from outside, and changes nothing. What it asks for is what runs of the real host taught.
#
#   infra/smoke.sh prod
set -euo pipefail
# shellcheck source=session.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/session.sh"
# shellcheck source=listed.sh
source "${INFRA}/listed.sh"

TRIES=15
WRONG=0

main() {
  choose_environment "${1:-}"
  need az jq curl
  sign_in
  need_deployed
  ORIGIN="$(output publicOrigin)"
  APP="$(output functionAppName)"
  say "Trying ${ORIGIN}"
  answers_through_the_proxy
  event_functions_are_shut
  transport_is_safe
  media_shows_nothing
  functions_are_listed
  poison_queues_are_empty
  ((WRONG == 0)) || fail "${WRONG} of these are wrong: see \"When smoke fails\" in infra/README.md"
  say "All well."
}

right() { say "  ok     $*"; }
wrong() {
  say "  WRONG  $*"
  WRONG=$((WRONG + 1))
}

# The status of a request, 000 where there is no answer.
status() { curl --silent --output /dev/null --max-time 30 --write-out '%{http_code}' "$@" || true; }

# The program answers 503 to what does not carry the mark of the host's proxy. So a 200 shows the mark, and that the host
# knows `enableProxyingHttpRequest`: one that is too old would let outsiders forge events.
answers_through_the_proxy() {
  local try code=000
  for ((try = 1; try <= TRIES; try++)); do
    code="$(status "${ORIGIN}/api/openapi.json")"
    [[ "${code}" == 200 ]] && break
    # The first start unpacks and wakes up.
    ((try % 3 != 1)) || say "  waiting for an answer (${code}, try ${try} of ${TRIES})"
    ((try == TRIES)) || sleep "${PAUSE}"
  done
  case "${code}" in
    200) right "HTTP arrives with the proxy's mark" ;;
    503)
      if [[ "$(curl --silent --max-time 30 "${ORIGIN}/api/openapi.json" || true)" == *'Function host is not running'* ]]; then
        wrong "503, Function host is not running: the host itself does not start. Its extension bundle (cdn.functions.azure.com), its storage or its private names are out of reach of the subnet"
      else
        wrong "503: the host does not proxy (host.json: enableProxyingHttpRequest), or its storage is out of reach"
      fi
      ;;
    *) wrong "GET /api/openapi.json answers ${code}, not 200" ;;
  esac
}

# Names of functions that are not called by people.
event_functions() {
  jq --raw-output 'select(.bindings[0].type != "httpTrigger") | input_filename | split("/")[-2]' "${DECLARATIONS}"/*/function.json
}

event_functions_are_shut() {
  local name code open=0 tried=0
  while read -r name; do
    code="$(status --request POST --header 'content-type: application/json' --data '{"Data":{},"Metadata":{}}' "${ORIGIN}/${name}")"
    tried=$((tried + 1))
    [[ "${code}" == 404 ]] || { wrong "POST /${name} from outside answers ${code}, not 404" && open=$((open + 1)); }
  done < <(event_functions)
  ((tried > 0)) || wrong "no declaration of an event function was found"
  ((open > 0)) || right "${tried} event functions answer 404 from outside"
}

transport_is_safe() {
  local headers
  headers="$(curl --silent --head --max-time 30 "${ORIGIN}/" || true)"
  if grep -qi '^strict-transport-security:' <<<"${headers}"; then
    right "answers carry HSTS"
  else
    wrong "GET / carries no Strict-Transport-Security"
  fi
  local code least
  # Security level 0, without which this machine refuses TLS 1.1 itself. That no answer came shows nothing; what Azure is told does.
  code="$(status --tlsv1.0 --tls-max 1.1 --ciphers 'DEFAULT:@SECLEVEL=0' "${ORIGIN}/")"
  look_up "what TLS the app takes" "Microsoft.Web/sites/${APP}/config/web" 2024-11-01 || FOUND='{}'
  least="$(jq --raw-output '.properties.minTlsVersion // "none"' <<<"${FOUND}")"
  if [[ "${code}" == 000 && "${least}" == 1.[23] ]]; then
    right "TLS 1.1 is refused"
  else
    wrong "TLS 1.1 gets the answer ${code}, and the app takes TLS from ${least} on"
  fi
}

media_shows_nothing() {
  local code
  code="$(status "$(output mediaEndpoint)incoming?restype=container&comp=list")"
  case "${code}" in
    401 | 409) right "nobody lists uploads without a signature (${code})" ;;
    403) wrong "the storage account answers 403 to everybody: phones cannot send" ;;
    *) wrong "listing uploads without a signature answers ${code}" ;;
  esac
}

functions_are_listed() {
  look_for_functions "${APP}"
  case "${MISSING}" in
    '') right "${DECLARED} functions are listed, timers with their schedules" ;;
    all) wrong "the host lists no function at all: it never started (the extension bundle or its storage is out of reach), or nobody told Azure of its triggers: deploy again" ;;
    *) wrong "not listed, or with another schedule: ${MISSING}" ;;
  esac
}

# ARM counts messages; the queues themselves have no public face.
poison_queues_are_empty() {
  local queues queue count full=0 account
  account="$(output privateAccountName)"
  look_up "the list of queues" "Microsoft.Storage/storageAccounts/${account}/queueServices/default/queues" 2025-01-01 || FOUND='{"value": []}'
  queues="$(jq --raw-output '.value[].name | select(endswith("-poison"))' <<<"${FOUND}")"
  [[ -n "${queues}" ]] || wrong "there is no poison queue"
  while read -r queue; do
    [[ -n "${queue}" ]] || continue
    look_up "the queue ${queue}" "Microsoft.Storage/storageAccounts/${account}/queueServices/default/queues/${queue}" 2025-01-01 || FOUND='{}'
    count="$(jq --raw-output '.properties.approximateMessageCount // "nobody says how many"' <<<"${FOUND}")"
    [[ "${count}" == 0 ]] || { wrong "${queue} holds ${count} messages" && full=$((full + 1)); }
  done <<<"${queues}"
  ((full > 0)) || right "the poison queues are empty"
}

main "$@"
