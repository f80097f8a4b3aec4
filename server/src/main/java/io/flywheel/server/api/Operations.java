package io.flywheel.server.api;

import com.google.protobuf.UnsafeByteOperations;
import io.flywheel.api.v1.Absence;
import io.flywheel.api.v1.DeleteRequest;
import io.flywheel.api.v1.DeleteResponse;
import io.flywheel.api.v1.Failure;
import io.flywheel.api.v1.GetRequest;
import io.flywheel.api.v1.GetResponse;
import io.flywheel.api.v1.GetTopologyRequest;
import io.flywheel.api.v1.PutRequest;
import io.flywheel.api.v1.PutResponse;
import io.flywheel.api.v1.ReadReceipt;
import io.flywheel.api.v1.Topology;
import io.flywheel.api.v1.Value;
import io.flywheel.api.v1.WriteReceipt;
import io.flywheel.core.effect.Effect;
import io.flywheel.core.message.ClientRequest;
import io.flywheel.core.message.Outcome;
import io.flywheel.core.message.Receipt;
import io.flywheel.core.version.Sibling;
import io.flywheel.server.http.RequestRecorder;
import io.flywheel.server.http.RequestRecorder.Ending;
import io.flywheel.server.http.RequestRecorder.Operation;
import io.flywheel.server.runtime.Lane;

/** Carries out one request at a time, whatever kind of call it came in. On the lane's thread. */
final class Operations {
  private final Lane lane;
  private final RequestRecorder recorder;

  Operations(Lane lane, RequestRecorder recorder) {
    this.lane = lane;
    this.recorder = recorder;
  }

  /** {@code callMillis} is what the deadline of the call leaves. */
  void put(PutRequest put, long callMillis, Answer<PutResponse> answer) {
    run(
        Operation.PUT,
        () -> Requests.put(put, callMillis),
        answer,
        (written, response) ->
            PutResponse.newBuilder()
                .setContext(response.contextToken().get())
                .setReceipt(receipt(((Outcome.Written) written).receipt()))
                .build());
  }

  void delete(DeleteRequest delete, long callMillis, Answer<DeleteResponse> answer) {
    run(
        Operation.DELETE,
        () -> Requests.delete(delete, callMillis),
        answer,
        (written, response) ->
            DeleteResponse.newBuilder()
                .setContext(response.contextToken().get())
                .setReceipt(receipt(((Outcome.Written) written).receipt()))
                .build());
  }

  void get(GetRequest get, long callMillis, Answer<GetResponse> answer) {
    run(
        Operation.GET,
        () -> Requests.get(get, callMillis),
        answer,
        (found, response) -> values((Outcome.Found) found, response.contextToken().get()));
  }

  void topology(GetTopologyRequest request, Answer<Topology> answer) {
    long knownEpoch = request.getKnownEpoch();
    lane.ask(port -> Topologies.of(port.view(), knownEpoch), answer::done);
  }

  @FunctionalInterface
  private interface Reading {
    ClientRequest read() throws InvalidRequestException;
  }

  @FunctionalInterface
  private interface Telling<T> {
    T tell(Outcome done, Effect.Respond response);
  }

  private <T> void run(Operation operation, Reading reading, Answer<T> answer, Telling<T> telling) {
    long startNanos = System.nanoTime();
    ClientRequest request;
    try {
      request = reading.read();
    } catch (InvalidRequestException e) {
      recorder.record(operation, Ending.REFUSED, System.nanoTime() - startNanos);
      answer.failed(e.failure());
      return;
    }
    lane.submit(
        request,
        response -> {
          var ending = answer(request, operation, response, answer, telling);
          recorder.record(operation, ending, System.nanoTime() - startNanos);
        });
  }

  private <T> Ending answer(
      ClientRequest request,
      Operation operation,
      Effect.Respond response,
      Answer<T> answer,
      Telling<T> telling) {
    boolean write = operation != Operation.GET;
    Outcome outcome = response.outcome();
    return switch (outcome) {
      case Outcome.Written _ -> {
        answer.done(telling.tell(outcome, response));
        yield Ending.DONE;
      }
      case Outcome.Found found -> {
        int values = found.values().size();
        recorder.values(values);
        if (values == 0) {
          answer.failed(Failures.absent(absence(found, response.contextToken().get())));
          yield Ending.NOT_FOUND;
        }
        answer.done(telling.tell(outcome, response));
        yield values == 1 ? Ending.DONE : Ending.SIBLINGS;
      }
      case Outcome.Refused refused ->
          end(answer, Failures.refused(refused, request), Ending.REFUSED);
      case Outcome.NotDone notDone ->
          end(answer, Failures.notDone(notDone, write), Ending.NOT_DONE);
      case Outcome.Unknown unknown -> end(answer, Failures.unknown(unknown, write), Ending.UNKNOWN);
      case Outcome.Explained _, Outcome.Repaired _ ->
          throw new IllegalStateException("an explanation or repair answers no " + operation);
    };
  }

  private static Ending end(Answer<?> answer, Failure failure, Ending ending) {
    answer.failed(failure);
    return ending;
  }

  private static GetResponse values(Outcome.Found found, String context) {
    var response =
        GetResponse.newBuilder().setContext(context).setReceipt(readReceipt(found.receipt()));
    for (Sibling sibling : found.values()) {
      response.addValues(
          Value.newBuilder()
              .setValue(UnsafeByteOperations.unsafeWrap(sibling.value().array()))
              .setContentType(sibling.contentType()));
    }
    return response.build();
  }

  private static Absence absence(Outcome.Found found, String context) {
    return Absence.newBuilder()
        .setContext(context)
        .setReceipt(readReceipt(found.receipt()))
        .build();
  }

  private static WriteReceipt receipt(Receipt receipt) {
    return WriteReceipt.newBuilder()
        .setN(receipt.n())
        .setPrimaries(receipt.primaries())
        .setFallbacks(receipt.fallbacks())
        .setRacks(receipt.racks())
        .setDatacenters(receipt.datacenters())
        .setDurable(receipt.durable())
        .build();
  }

  private static ReadReceipt readReceipt(Receipt receipt) {
    return ReadReceipt.newBuilder()
        .setPrimaries(receipt.primaries())
        .setFallbacks(receipt.fallbacks())
        .setRepaired(receipt.repaired())
        .build();
  }
}
