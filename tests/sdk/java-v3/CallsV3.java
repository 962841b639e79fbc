/* SPDX-License-Identifier: Apache-2.0 */

import com.alipay.v3.ApiClient;
import com.alipay.v3.ApiException;
import com.alipay.v3.ApiResponse;
import com.alipay.v3.api.AlipayOpenAuthTokenApi;
import com.alipay.v3.model.AlipayOpenAuthTokenAppModel;
import com.alipay.v3.util.AlipayLogger;
import com.alipay.v3.util.GenericExecuteApi;
import com.alipay.v3.util.model.AlipayConfig;
import com.alipay.v3.util.model.ByteStreamWrapper;
import com.alipay.v3.util.model.CustomizedParams;
import com.alipay.v3.util.model.OpenApiGenericRequest;
import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.ToNumberPolicy;
import com.google.gson.reflect.TypeToken;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Calls a gateway with the official Java library of the newer protocol. Reads one JSON object a line on standard input
 * (v3_contract.py describes it) and writes one a line on standard output: {"status", "data", "trace_id"} of an answer
 * that the library has verified, {"status", "code", "message", "links", "trace_id"} of a refusal, or {"refused": why}
 * where the library threw for a reason of its own.
 *
 * The library has types for few of the methods: alipay.open.auth.token.app is called through those (`typed`), all
 * others through its generic request.
 */
public final class CallsV3 {
    private static final Gson GSON =
            new GsonBuilder().setObjectToNumberStrategy(ToNumberPolicy.LONG_OR_DOUBLE).create();

    public static void main(String[] arguments) throws IOException {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream output = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        AlipayLogger.setNeedEnableLogger(false);
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            output.println(GSON.toJson(run(JsonParser.parseString(line).getAsJsonObject())));
        }
    }

    private static JsonObject run(JsonObject call) {
        JsonObject outcome = new JsonObject();
        try {
            ApiResponse<?> response = call.has("typed") ? token(call) : generic(call);
            outcome.addProperty("status", response.getStatusCode());
            outcome.add("data", GSON.toJsonTree(response.getData()));
            outcome.addProperty("trace_id", trace(response.getHeaders()));
        } catch (ApiException exception) {
            // Of an answer whose signature does not fit, the library gives the body, too, and a status of its own.
            String body = exception.getResponseBody();
            JsonObject refusal = body == null ? outcome : JsonParser.parseString(body).getAsJsonObject();
            if (!refusal.has("code")) {
                outcome.addProperty("refused", exception.toString());
                return outcome;
            }
            outcome = refusal;
            outcome.addProperty("status", exception.getCode());
            outcome.addProperty("trace_id", trace(exception.getResponseHeaders()));
        } catch (RuntimeException exception) {
            outcome.addProperty("refused", exception.toString());
        }
        return outcome;
    }

    private static String trace(Map<String, List<String>> headers) {
        for (Map.Entry<String, List<String>> header : headers.entrySet()) {
            if (header.getKey().toLowerCase(Locale.ROOT).equals("alipay-trace-id")) {
                return header.getValue().get(0);
            }
        }
        return "";
    }

    private static String text(JsonObject call, String name) {
        return call.has(name) && !call.get(name).isJsonNull() ? call.get(name).getAsString() : null;
    }

    private static Map<String, Object> fields(JsonObject call, String name) {
        return call.has(name) && !call.get(name).isJsonNull()
                ? GSON.fromJson(call.get(name), new TypeToken<Map<String, Object>>() {}.getType())
                : null;
    }

    private static ApiClient client(JsonObject call) throws ApiException {
        AlipayConfig config = new AlipayConfig();
        config.setServerUrl(text(call, "endpoint"));
        config.setAppId(text(call, "app_id"));
        config.setPrivateKey(bare(text(call, "private_key")));
        if (call.has("app_certificate")) {
            config.setAppCertContent(text(call, "app_certificate"));
            config.setRootCertContent(text(call, "root_certificate"));
            config.setAlipayPublicCertContent(text(call, "gateway_certificate"));
        } else {
            config.setAlipayPublicKey(bare(text(call, "gateway_public_key")));
        }
        if (call.has("content_key")) {
            config.setEncryptType("AES");
            config.setEncryptKey(text(call, "content_key"));
        }
        ApiClient client = new ApiClient();
        client.setAlipayConfig(config);
        return client;
    }

    private static ApiResponse<?> generic(JsonObject call) throws ApiException {
        OpenApiGenericRequest request = new OpenApiGenericRequest();
        request.setBodyParams(fields(call, "body"));
        request.setQueryParams(fields(call, "query"));
        request.setAppAuthToken(text(call, "app_auth_token"));
        if (call.has("file") && !call.get("file").isJsonNull()) {
            byte[] content = text(call, "file").getBytes(StandardCharsets.UTF_8);
            request.setByteStreamParams(Map.of("file_content", new ByteStreamWrapper("a.jpg", content)));
        }
        return new GenericExecuteApi(client(call)).execute(text(call, "path"), text(call, "http_method"), request);
    }

    private static ApiResponse<?> token(JsonObject call) throws ApiException {
        JsonObject body = call.getAsJsonObject("body");
        AlipayOpenAuthTokenAppModel model = new AlipayOpenAuthTokenAppModel();
        model.setGrantType(text(body, "grant_type"));
        model.setCode(text(body, "code"));
        model.setRefreshToken(text(body, "refresh_token"));
        return new AlipayOpenAuthTokenApi(client(call)).appWithHttpInfo(model, new CustomizedParams());
    }

    /** The library takes keys without the lines around them. */
    private static String bare(String pem) {
        return pem.replaceAll("-----[A-Z ]+-----", "").replaceAll("\\s", "");
    }
}
