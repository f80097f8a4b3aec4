package io.flywheel.core.node;

import io.flywheel.core.handoff.FormerPartitions;
import io.flywheel.core.membership.Eras;
import io.flywheel.core.replica.DebtLedger;
import io.flywheel.core.replica.Journal;
import io.flywheel.core.replica.LoserLog;
import io.flywheel.core.replica.Owners;
import io.flywheel.core.replica.Records;

/** What a node keeps account of beside the records themselves: debts, losers, eras, owners. */
record Books(
    Records records,
    DebtLedger ledger,
    LoserLog losers,
    Eras eras,
    Owners owners,
    FormerPartitions former,
    Journal journal) {}
