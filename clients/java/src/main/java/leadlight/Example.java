package leadlight;

import com.google.gson.Gson;
import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import com.google.rpc.BadRequest;
import com.google.rpc.ErrorInfo;
import com.leadlight.common.v1.RecordKind;
import com.leadlight.scoring.v1.Reason;
import com.leadlight.scoring.v1.Score;
import com.leadlight.scoring.v1.ScoreRequest;
import com.leadlight.scoring.v1.ScoringServiceGrpc;
import com.leadlight.scoring.v1.ScoringServiceGrpc.ScoringServiceBlockingStub;
import io.grpc.Grpc;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import io.grpc.stub.MetadataUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Scores a lead through Leadlight's gateway and shows why, then shows what a refused call says. */
public final class Example {
  private static final Path SERVICE_CONFIG =
      Path.of("../../protos/leadlight/scoring/v1/scoring_grpc_service_config.json");
  private static final long CALL_TIMEOUT_S = 10;

  private Example() {}

  public static void main(String[] arguments) throws IOException, InterruptedException {
    ManagedChannel channel = channel(System.getenv("LEADLIGHT_ADDRESS"));
    try {
      ScoringServiceBlockingStub scoring =
          ScoringServiceGrpc.newBlockingStub(channel)
              .withInterceptors(bearer(System.getenv("LEADLIGHT_TOKEN")));
      // A stub's deadline counts from here, so each call gets its own.
      Score score =
          scoring
              .withDeadlineAfter(CALL_TIMEOUT_S, TimeUnit.SECONDS)
              .score(
                  ScoreRequest.newBuilder()
                      .setKind(RecordKind.RECORD_KIND_LEAD)
                      .setAttributes(lead())
                      .build());
      print(score);
      try {
        scoring
            .withDeadlineAfter(CALL_TIMEOUT_S, TimeUnit.SECONDS)
            .score(ScoreRequest.newBuilder().setKind(RecordKind.RECORD_KIND_CASE).build());
        throw new IllegalStateException("the call should have been refused");
      } catch (StatusRuntimeException refusal) {
        print(refusal);
      }
    } finally {
      channel.shutdownNow().awaitTermination(CALL_TIMEOUT_S, TimeUnit.SECONDS);
    }
  }

  /** A channel that repeats calls as the service's own file says. It connects at the first call. */
  private static ManagedChannel channel(String address) throws IOException {
    Map<String, ?> config = new Gson().fromJson(Files.readString(SERVICE_CONFIG), Map.class);
    // Loopback; elsewhere TlsChannelCredentials.
    return Grpc.newChannelBuilder(address, InsecureChannelCredentials.create())
        .defaultServiceConfig(config)
        .build();
  }

  private static io.grpc.ClientInterceptor bearer(String token) {
    Metadata headers = new Metadata();
    headers.put(
        Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer " + token);
    return MetadataUtils.newAttachHeadersInterceptor(headers);
  }

  private static Struct lead() {
    return Struct.newBuilder()
        .putFields("source", text("Referral"))
        .putFields("industry", text("Finance"))
        .putFields("country", text("Germany"))
        .putFields("employees", number(189))
        .putFields("website_visits", number(5))
        .build();
  }

  private static Value text(String value) {
    return Value.newBuilder().setStringValue(value).build();
  }

  private static Value number(double value) {
    return Value.newBuilder().setNumberValue(value).build();
  }

  private static void print(Score score) {
    String grade = score.getGrade().name().replaceFirst("^GRADE_", "");
    System.out.printf(
        Locale.ROOT,
        "score %d, grade %s, probability %.3f%n",
        score.getScore(),
        grade,
        score.getProbability());
    for (Reason reason : score.getReasonsList()) {
      String value = reason.getValue().isEmpty() ? "(blank)" : reason.getValue();
      System.out.printf(
          Locale.ROOT, "%+6.1f  %s = %s%n", reason.getPoints(), reason.getAttribute(), value);
    }
  }

  private static void print(StatusRuntimeException refusal) throws InvalidProtocolBufferException {
    for (Any detail : StatusProto.fromThrowable(refusal).getDetailsList()) {
      if (detail.is(ErrorInfo.class)) {
        ErrorInfo info = detail.unpack(ErrorInfo.class);
        System.out.printf("refused: %s by %s%n", info.getReason(), info.getDomain());
      } else if (detail.is(BadRequest.class)) {
        for (BadRequest.FieldViolation violation :
            detail.unpack(BadRequest.class).getFieldViolationsList()) {
          System.out.printf("  %s: %s%n", violation.getField(), violation.getDescription());
        }
      }
    }
  }
}
