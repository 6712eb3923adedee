import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import okhttp3.MediaType;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.RequestBody;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;
import okio.BufferedSink;

/** OkHttp, with which the Android app of Gotify sends and listens. */
public class OkHttp {
  static final int MESSAGES = 1000;
  static final int LARGE = 30_000_000;
  static final String URL = System.getenv("GOTIFY_URL");
  static final MediaType JSON = MediaType.get("application/json");
  static final OkHttpClient client = new OkHttpClient();

  static class Stream extends WebSocketListener {
    final BlockingQueue<String> texts = new LinkedBlockingQueue<>();
    final CompletableFuture<Integer> status = new CompletableFuture<>();
    final CompletableFuture<Integer> closed = new CompletableFuture<>();
    final WebSocket socket;

    /** A ping that is not answered before the next one is due fails the stream. */
    Stream(String target, String token) {
      OkHttpClient pinging = client.newBuilder().pingInterval(500, TimeUnit.MILLISECONDS).build();
      Request.Builder request = new Request.Builder().url(URL + target);
      if (token != null) request.header("X-Gotify-Key", token);
      socket = pinging.newWebSocket(request.build(), this);
    }

    @Override public void onOpen(WebSocket itself, Response response) { status.complete(response.code()); }
    @Override public void onMessage(WebSocket itself, String text) { texts.add(text); }
    @Override public void onClosed(WebSocket itself, int code, String reason) { closed.complete(code); }

    @Override public void onFailure(WebSocket itself, Throwable why, Response response) {
      if (response != null) status.complete(response.code());
      else status.completeExceptionally(why);
      closed.completeExceptionally(why);
    }
  }

  static <T> T soon(CompletableFuture<T> future) throws Exception { return future.get(10, TimeUnit.SECONDS); }

  static void expect(Object seen, Object wanted, String what) {
    if (!seen.equals(wanted)) throw new AssertionError(what + ": expected " + wanted + ", got " + seen);
  }

  static void step(String name, Callable<Void> run) {
    try {
      run.call();
    } catch (Throwable why) {
      System.err.print(name + ": ");
      why.printStackTrace();
      System.exit(1);
    }
    System.out.println("passed: " + name);
  }

  static RequestBody zeros(long length) {
    return new RequestBody() {
      @Override public MediaType contentType() { return JSON; }
      @Override public long contentLength() { return length; }
      @Override public void writeTo(BufferedSink sink) throws IOException {
        byte[] piece = new byte[LARGE / 1000];
        for (int i = 0; i < 1000; i++) sink.write(piece);
      }
    };
  }

  static String post(String token, RequestBody body, int status) throws IOException {
    Request request = new Request.Builder().url(URL + "/message").header("X-Gotify-Key", token).post(body).build();
    try (Response response = client.newCall(request).execute()) {
      expect(response.code(), status, "status");
      return response.body().string();
    }
  }

  public static void main(String[] arguments) {
    String app = System.getenv("GOTIFY_APP_TOKEN");
    String token = System.getenv("GOTIFY_CLIENT_TOKEN");
    Stream byToken = new Stream("/stream?token=" + token, null);
    Stream byHeader = new Stream("/stream", token);
    step("streams by ?token= and by header", () -> {
      expect(soon(byToken.status), 101, "status by ?token=");
      expect(soon(byHeader.status), 101, "status by header");
      return null;
    });
    step("1,000 messages in order", () -> {
      List<String> sent = new ArrayList<>();
      for (int number = 0; number < MESSAGES; number++) {
        String text = number + " " + "\u00fc".repeat(number % 250 == 249 ? 35_000 : number % 100);
        sent.add(post(app, RequestBody.create(JSON, "{\"title\":\"OkHttp\",\"message\":\"" + text + "\"}"), 200));
      }
      for (Stream stream : List.of(byToken, byHeader)) {
        for (String wanted : sent) {
          String text = stream.texts.poll(10, TimeUnit.SECONDS);
          if (text == null) throw new AssertionError("the stream did not bring " + wanted);
          expect(text.strip(), wanted.strip(), "message in the stream");
        }
      }
      return null;
    });
    step("30 MB with a wrong token", () -> { post("Awrong", zeros(LARGE), 401); return null; });
    step("the same in chunks", () -> { post("Awrong", zeros(-1), 401); return null; });
    step("30 MB with a good token", () -> {
      String why = post(app, zeros(LARGE), 413);
      expect(why.contains("server.http.messagelimit"), true, "the key in the answer");
      return null;
    });
    step("pings were answered, and a close is", () -> {
      for (Stream stream : List.of(byToken, byHeader)) {
        expect(stream.closed.isDone(), false, "end of the stream");
        expect(stream.texts.size(), 0, "messages that nobody sent");
        stream.socket.close(1000, null);
        expect(soon(stream.closed), 1000, "close code");
      }
      return null;
    });
    step("a refused stream", () -> {
      expect(soon(new Stream("/stream?token=Cwrong", null).status), 401, "status");
      return null;
    });
    System.exit(0); // OkHttp's threads would keep the program
  }
}
