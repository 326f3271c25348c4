package healing

// Reason says why an action waits, was stopped or ended: the same word in the
// journal, the outcome, the log and the label of the metric.
type Reason string

// Why an action waits. It may act later, or expire.
const (
	ReasonUnsettled      Reason = "unsettled"         // the ranking is still a first guess
	ReasonUnmatched      Reason = "unmatched"         // no policy matches what the ranking says so far
	ReasonUncorroborated Reason = "uncorroborated"    // rule 3: one inferred signal is not enough
	ReasonLearning       Reason = "learning"          // rule 3: inferred while the baseline is young
	ReasonRecovering     Reason = "recovering"        // the symptoms are back in band already
	ReasonPlanned        Reason = "planned"           // a start or roll-out of the target is under way
	ReasonBusy           Reason = "busy"              // another action works on the target
	ReasonCooldown       Reason = "cooldown"          // the target was acted on lately
	ReasonBlastRadius    Reason = "blast_radius"      // enough is under repair at once
	ReasonMinHealthy     Reason = "min_healthy"       // too few others would be left
	ReasonApproval       Reason = "awaiting_approval" // a person must agree first
	ReasonSupervisor     Reason = "supervisor"        // its own supervisor restarts it
	ReasonNoInventory    Reason = "no_inventory"      // an executor does not say what it owns
)

// Why an action was refused.
const (
	ReasonDryRun             Reason = "dry_run"             // rule 4
	ReasonKillSwitch         Reason = "kill_switch"         // rule 5, as are those below
	ReasonDenied             Reason = "deny_list"           //
	ReasonBudget             Reason = "budget"              //
	ReasonStorm              Reason = "storm"               //
	ReasonFlapping           Reason = "flapping"            //
	ReasonOptOut             Reason = "opt_out"             // rule 6
	ReasonSilenced           Reason = "silenced"            // rule 6
	ReasonNotOwned           Reason = "not_owned"           // no executor has it in its inventory
	ReasonUnknownIncarnation Reason = "unknown_incarnation" // rule 1
	ReasonUsedKey            Reason = "used_key"            // rule 1: this step was done on this incarnation
	ReasonByExecutor         Reason = "by_executor"         // the executor will not
	ReasonNoExecutor         Reason = "no_executor"         // the policy names one that is not there
)

// Why an action ended otherwise.
const (
	ReasonNoStep        Reason = "no_step"           // the policy leaves it to people
	ReasonExpired       Reason = "expired"           // its evidence grew old
	ReasonSelfHealed    Reason = "self_healed"       // over before anything was done
	ReasonOtherLife     Reason = "other_incarnation" // rule 1: somebody was faster
	ReasonPerson        Reason = "person"            // rule 6: stopped or changed by hand
	ReasonProven        Reason = "proven"            // rule 2, all of it
	ReasonNotRecovered  Reason = "not_recovered"     // fresh values, still out of band
	ReasonSilence       Reason = "silence"           // rule 2: nothing fresh to judge by
	ReasonDemandMissing Reason = "demand_missing"    // rule 2: healthy, but nobody asks
	ReasonProbe         Reason = "probe"             // rule 2: the target's probe fails
	ReasonHolding       Reason = "holding"           // rule 2: proven, not yet for long enough
	ReasonEffectFailed  Reason = "effect_failed"
	ReasonEffectUnknown Reason = "effect_unknown" // rule 7: never repeated
)
