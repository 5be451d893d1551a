#!/usr/bin/env bash
# Puts messages back that failed five times, once their cause is gone: from QUEUE-poison to QUEUE, each as it was. Everything may run twice, so a
# run that was cut off is run again.
#
#   infra/again.sh prod uploads --from ADDRESS       uploads, sms or erasures; counts them and asks
#
# The queues have no public face: the account opens to ADDRESS, this machine's, for as long as the script runs, and shuts whatever happens.
set -euo pipefail
# shellcheck source=session.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/session.sh"
# shellcheck source=queue-door.sh
source "${INFRA}/queue-door.sh"

main() {
  choose_environment "${1:-}"
  local queue="${2:-}" address='' count
  shift $(($# < 2 ? $# : 2))
  IS_SURE=no
  while (($# > 0)); do
    case "$1" in
      --from) address="${2:?--from needs an address}" && shift ;;
      --yes) IS_SURE=yes ;;
      *) fail "I do not know $1" ;;
    esac
    shift
  done
  [[ "${queue}" =~ ^(uploads|sms|erasures)$ ]] || fail "say which queue: uploads, sms or erasures"
  need az jq curl
  sign_in
  need_deployed
  ACCOUNT="$(output privateAccountName)"
  look_up "the queue ${queue}-poison" "Microsoft.Storage/storageAccounts/${ACCOUNT}/queueServices/default/queues/${queue}-poison" 2025-01-01 \
    || fail "there is no queue ${queue}-poison: deploy again"
  count="$(jq --raw-output '.properties.approximateMessageCount // "nobody says how many"' <<<"${FOUND}")"
  if [[ "${count}" == 0 ]]; then
    say "${queue}-poison is empty: nothing is to be put back."
    return
  fi
  confirm "Put ${count} messages of ${queue}-poison back on ${queue}? Is what made them fail mended?" "${queue}"
  open_queues "${address}"
  put_back "${queue}"
  shut_queues
}

# One after the other: first it lies where it is worked on, then it goes where it lay.
put_back() {
  local queue="$1" answer id receipt text moved=0 odd=0
  while :; do
    answer="$(queues GET "${queue}-poison/messages?numofmessages=1&visibilitytimeout=600")"
    # A page to sign in to the network is a 200 too.
    [[ "${answer}" == *'<QueueMessagesList'* ]] || nobody_knows "what lies on ${queue}-poison" "${answer}"
    id="$(field MessageId "${answer}")"
    [[ -n "${id}" ]] || break
    receipt="$(field PopReceipt "${answer}")"
    text="$(field MessageText "${answer}")"
    # What is no base64 the host throws back at first sight, and no function ever hears of it. Nobody guesses here what it was.
    if [[ ! "${text}" =~ ^[A-Za-z0-9+/]+=*$ ]] || ! base64 --decode <<<"${text}" >/dev/null 2>&1; then
      odd=$((odd + 1))
      continue
    fi
    printf '<QueueMessage><MessageText>%s</MessageText></QueueMessage>' "${text}" | queues POST "${queue}/messages" --data-binary @- >/dev/null
    queues DELETE "${queue}-poison/messages/${id}?popreceipt=$(jq --null-input --raw-output --arg text "${receipt}" '$text | @uri')" >/dev/null
    moved=$((moved + 1))
  done
  say "${moved} messages are back on ${queue}."
  ((odd == 0)) || say "${odd} are no base64, which no function would hear of: they stay in ${queue}-poison, hidden for ten minutes. What put them there has to write base64."
}

# field NAME XML: what stands in the first element of that name. Ids and base64 need no unescaping.
field() { sed -n -E "s/.*<$1>([^<]*)<\/$1>.*/\1/p" <<<"$2" | head -n 1; }

main "$@"
