# shellcheck shell=bash disable=SC2034,SC2154
# What Azure's commonest refusals of a deployment mean, and the way on. Each was met by somebody who deployed something like this. Sourced, never run.

# what_it_means WORDS: sets ADVICE to what to do, and NEXT to `again` where time alone may mend it, `open` where the refusal to delete has to be left
# off once, or `stop`.
what_it_means() {
  local words="${1,,}" name
  ADVICE='' NEXT=stop
  case "${words}" in
    *requestdisallowedbypolicy* | *'disallowed by policy'*)
      name="$(grep -o -i -E '"policyAssignment(DisplayName)?": ?(\{"name": ?)?"[^"]+"|assignment: '"'[^']+'" <<<"$1" | head -n 1)" || name=''
      ADVICE="a policy of your organisation refuses this${name:+ (${name})}: infra/README.md, \"If your tenant has policies\""
      ;;
    *'high demand'* | *zonalallocationfailed* | *'zone redundan'*'not '*)
      ADVICE="${LOCATION} has no room at the moment for what stands in several zones, and nothing here goes without zones. Ask for it: portal, Help + support, \"Service and subscription limits\", the service that is named above, ${LOCATION} with availability zones. A database that failed is taken away first: az cosmosdb delete"
      ;;
    *denyassignment*)
      ADVICE="Azure could not make the refusal to delete; this try goes without, and the next deployment makes it"
      NEXT=open
      ;;
    *'system topic'*)
      ADVICE="an account has one system topic, and somebody's (mostly Defender's, where it is on for the whole subscription) came before ours: az eventgrid system-topic list shows it by its source. Turn that plan's own setting off for this account, delete the topic, then run this again"
      ;;
    *legionservicelink* | *serviceassociationlink* | *inusesubnet* | *subnetinuse*)
      ADVICE="the subnet of an earlier app is held by Flex Consumption for up to two days after the app was deleted. Run this again tomorrow, or deploy under another \`name\` in ${PARAMETERS##*/}"
      ;;
    *missingsubscriptionregistration* | *'not registered to use namespace'*)
      ADVICE="a provider is not registered, or was within the minute: run this again"
      ;;
    *principalnotfound* | *'does not exist in the directory'* | *authorizationfailed* | *'does not have authorization'* | *'does not have permission'* | *forbiddenbyrbac* | *'wrap'*'key'* | *toomanyrequests* | *internalservererror* | *anotheroperationinprogress* | *'try again later'*)
      ADVICE="a role that was just given takes minutes to be known everywhere, or Azure is busy"
      NEXT=again
      ;;
    *) ;;
  esac
}
