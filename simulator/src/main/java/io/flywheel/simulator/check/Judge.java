package io.flywheel.simulator.check;

import io.flywheel.core.effect.Effect;
import io.flywheel.core.effect.Mutation;
import io.flywheel.core.message.Envelope;
import io.flywheel.core.model.Key;
import io.flywheel.core.version.Sibling;
import io.flywheel.simulator.world.Damage;
import io.flywheel.simulator.world.SimulatedMachine;
import io.flywheel.simulator.world.SimulatedProcess;
import io.flywheel.simulator.world.Witness;
import java.util.List;

/** All checkers at work: hands each event to the evidence first, then to those who judge. */
public final class Judge implements Witness {
  private final Scene scene;
  private final List<Witness> witnesses;
  private final NotDoneIsFinal notDoneIsFinal;
  private final AnsweredOnceInTime answers;
  private final NothingDurableIsLost nothingIsLost;
  private final DebtsAreHonoured debts;
  private final MajoritiesMend majorities;
  private final DeletedStaysDeleted deletions;
  private final BackgroundYields background;
  private final OneEntryPerEpoch entries;
  private final SettingsAgree settings;
  private final OneCopyCrosses crossings;

  public Judge(Scene scene) {
    this.scene = scene;
    var evidence = scene.evidence();
    var realValues = new OnlyRealValues(scene);
    var expiry = new Expiry(scene);
    var firstTries = new FirstTriesGoFirst(scene);
    notDoneIsFinal = new NotDoneIsFinal(scene);
    answers = new AnsweredOnceInTime(scene);
    nothingIsLost = new NothingDurableIsLost(scene);
    debts = new DebtsAreHonoured(scene);
    majorities = new MajoritiesMend(scene);
    deletions = new DeletedStaysDeleted(scene);
    background = new BackgroundYields(scene);
    entries = new OneEntryPerEpoch(scene);
    settings = new SettingsAgree(scene);
    crossings = new OneCopyCrosses(scene);
    evidence.tell(new UniqueDots(scene));
    evidence.tell(realValues);
    evidence.tell(expiry);
    evidence.tell(new BoundedAtAdmission(scene));
    evidence.tell(new OnlyReplicasMint(scene));
    evidence.tell(new FullDisksTakeNoValues(scene));
    evidence.tell(new RetriesAreRecognised(scene));
    evidence.tell(firstTries);
    evidence.tell(new TwinsGoTogether(scene));
    evidence.tell(notDoneIsFinal);
    evidence.tell(new UnreadIsNeverErased(scene));
    evidence.tell(new NewestWins(scene));
    witnesses =
        List.of(
            evidence,
            realValues,
            expiry,
            new HonestReceipts(scene),
            new QuorumsStandWhereAsked(scene),
            crossings,
            new QuorumsOverlap(scene),
            new ReplacedStaysReplaced(scene),
            firstTries,
            debts,
            majorities,
            deletions,
            new ErasAreInStep(scene),
            entries,
            settings,
            new PlacementRulesHold(scene),
            new CopiesOutliveChanges(scene),
            answers,
            background,
            new OneRepairAtATime(scene),
            new NobodyThrows(scene));
  }

  /** When all replicas have become equal, and before anybody writes again. */
  void converged() {
    majorities.converged();
  }

  /** At the end of a run, after the cluster has been healed and has converged. */
  public void end() {
    notDoneIsFinal.end();
    answers.end();
    nothingIsLost.end();
  }

  public SettingsAgree settings() {
    return settings;
  }

  public BackgroundYields background() {
    return background;
  }

  public OneCopyCrosses crossings() {
    return crossings;
  }

  public Upkeep upkeep() {
    return new Upkeep(debts.noted(), debts.struckOut(), deletions.reapings(), entries.steps());
  }

  @Override
  public void sent(SimulatedProcess from, Envelope envelope) {
    witnesses.forEach(witness -> witness.sent(from, envelope));
  }

  @Override
  public void received(SimulatedProcess to, Envelope envelope) {
    witnesses.forEach(witness -> witness.received(to, envelope));
  }

  @Override
  public void crossing(SimulatedProcess from, SimulatedProcess to, Envelope envelope) {
    witnesses.forEach(witness -> witness.crossing(from, to, envelope));
  }

  @Override
  public void storing(SimulatedProcess process, List<Mutation> mutations) {
    witnesses.forEach(witness -> witness.storing(process, mutations));
  }

  @Override
  public void recovered(SimulatedMachine machine) {
    witnesses.forEach(witness -> witness.recovered(machine));
  }

  @Override
  public void synced(SimulatedMachine machine, List<Mutation> mutations) {
    witnesses.forEach(witness -> witness.synced(machine, mutations));
  }

  @Override
  public void responded(SimulatedProcess process, Effect.Respond respond) {
    witnesses.forEach(witness -> witness.responded(process, respond));
    var attempt = scene.history().attempt(respond.token());
    if (attempt != null) {
      attempt.answered(respond.outcome(), scene.cluster().events().nowMicros());
    }
  }

  @Override
  public void halted(SimulatedProcess process, String reason) {
    witnesses.forEach(witness -> witness.halted(process, reason));
  }

  @Override
  public void threw(SimulatedProcess process, RuntimeException exception) {
    witnesses.forEach(witness -> witness.threw(process, exception));
  }

  @Override
  public void refusedToStart(SimulatedMachine machine, String reason) {
    witnesses.forEach(witness -> witness.refusedToStart(machine, reason));
  }

  @Override
  public void changed(SimulatedMachine machine, Key key, Sibling before, Sibling after) {
    witnesses.forEach(witness -> witness.changed(machine, key, before, after));
  }

  @Override
  public void lost(SimulatedMachine machine) {
    witnesses.forEach(witness -> witness.lost(machine));
  }

  @Override
  public void left(SimulatedMachine machine) {
    witnesses.forEach(witness -> witness.left(machine));
  }

  @Override
  public void damaged(SimulatedMachine machine, Damage damage) {
    witnesses.forEach(witness -> witness.damaged(machine, damage));
  }
}
