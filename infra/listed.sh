# shellcheck shell=bash disable=SC2034,SC2154
# What the host has taken up: every function, and each timer with its schedule. Sourced, never run.

# Sets MISSING to the functions that the host does not list, or lists with another schedule; to `all` where it lists none.
look_for_functions() {
  local listed declared
  look_up "the list of functions" "Microsoft.Web/sites/$1/functions" 2024-11-01 || FOUND='{"value": []}'
  listed="${FOUND}"
  declared="$(jq --null-input '[inputs | {name: (input_filename | split("/")[-2]), schedule: .bindings[0].schedule}]' "${DECLARATIONS}"/*/function.json)"
  MISSING="$(jq --raw-output --argjson listed "${listed}" '
    [$listed.value[] | {name: (.name | split("/")[-1]), schedule: ([.properties.config.bindings[]? | .schedule // empty][0])}] as $have
    | if $have == [] then "all" else [.[] | select(. as $one | $have | index($one) | not) | .name] | join(", ") end' <<<"${declared}")"
  DECLARED="$(jq length <<<"${declared}")"
}

all_are_listed() {
  look_for_functions "$1"
  [[ -z "${MISSING}" ]]
}
