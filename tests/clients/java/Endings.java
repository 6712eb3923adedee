import java.util.concurrent.TimeUnit;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import okhttp3.WebSocket;
import okhttp3.WebSocketListener;

/**
 * What OkHttp tells its listener when a stream ends. `app`: a listener of the shape of Gotify's Android app, which overrides neither
 * onClosing nor answers a Close; `answers`: one that closes its own side in onClosing.
 */
public class Endings {
  // The app pings every 60 s. A ping that is not answered before the next one is due fails the stream.
  static final long PING = 2;

  static synchronized void say(String what, boolean last) {
    System.out.println(what);
    System.out.flush();
    if (last) System.exit(0); // OkHttp's threads would keep the program
  }

  static class AsTheApp extends WebSocketListener {
    @Override public void onOpen(WebSocket itself, Response response) { say("open", false); }
    @Override public void onClosed(WebSocket itself, int code, String reason) { say("onClosed " + code, true); }

    @Override public void onFailure(WebSocket itself, Throwable why, Response response) {
      say("onFailure " + why.getClass().getSimpleName(), true);
    }
  }

  static class Answering extends AsTheApp {
    @Override public void onClosing(WebSocket itself, int code, String reason) {
      say("onClosing " + code, false);
      itself.close(1000, null);
    }
  }

  public static void main(String[] arguments) {
    OkHttpClient client = new OkHttpClient.Builder().readTimeout(0, TimeUnit.MILLISECONDS).pingInterval(PING, TimeUnit.SECONDS).build();
    WebSocketListener listener = arguments[0].equals("app") ? new AsTheApp() : new Answering();
    client.newWebSocket(new Request.Builder().url(System.getenv("ENDINGS_URL")).build(), listener);
  }
}
