/* SPDX-License-Identifier: Apache-2.0 */

import com.alibaba.fastjson.JSON;
import com.alibaba.fastjson.JSONArray;
import com.alibaba.fastjson.JSONObject;
import com.alipay.api.AlipayApiException;
import com.alipay.api.AlipayClient;
import com.alipay.api.AlipayConfig;
import com.alipay.api.AlipayObject;
import com.alipay.api.AlipayRequest;
import com.alipay.api.AlipayResponse;
import com.alipay.api.DefaultAlipayClient;
import com.alipay.api.internal.mapping.ApiField;
import com.alipay.api.internal.mapping.ApiListField;
import com.alipay.api.internal.util.AlipaySignature;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.text.SimpleDateFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TimeZone;
import java.util.stream.Collectors;

/**
 * Calls a gateway with the official Java library. Reads one JSON object a line on standard input (a client's
 * settings, a method and its fields; conftest.py describes it) and writes one a line on standard output: the
 * answer's fields, or {"refused": why} where the library threw. A notification instead of a method is verified, and
 * `parameters` are signed.
 *
 * Each call goes through the library's own types for its method: its model's setters take the fields, and what its
 * response's getters give is the answer. A field that the types do not know is an error of the test's.
 */
public final class Calls {
    private static final String TYPES = "com.alipay.api.";

    public static void main(String[] arguments) throws IOException {
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        PrintStream output = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        for (String line = input.readLine(); line != null; line = input.readLine()) {
            output.println(run(JSON.parseObject(line)).toJSONString());
        }
    }

    private static JSONObject run(JSONObject call) {
        try {
            if (call.containsKey("notification")) {
                return verify(call);
            }
            if (call.containsKey("parameters")) {
                return sign(call);
            }
            AlipayClient client = new DefaultAlipayClient(config(call));
            AlipayRequest<?> request = request(call.getString("method"), call.getJSONObject("fields"));
            request.setNeedEncrypt(call.containsKey("content_key"));
            String token = call.getString("app_auth_token");
            return answer(call.containsKey("app_certificate") ? client.certificateExecute(request, null, token)
                    : client.execute(request, null, token));
        } catch (AlipayApiException | ReflectiveOperationException | ParseException | RuntimeException exception) {
            JSONObject refusal = new JSONObject();
            refusal.put("refused", exception.toString());
            return refusal;
        }
    }

    /** Removes sign and sign_type from the map that it is given. */
    private static JSONObject verify(JSONObject call) throws AlipayApiException {
        Map<String, String> fields = new HashMap<>();
        for (String name : call.getJSONObject("notification").keySet()) {
            fields.put(name, call.getJSONObject("notification").getString(name));
        }
        JSONObject verdict = new JSONObject();
        verdict.put("verified", AlipaySignature.rsaCheckV1(fields, bare(call.getString("gateway_public_key")),
                call.getString("charset"), call.getString("sign_type")));
        return verdict;
    }

    private static JSONObject sign(JSONObject call) throws AlipayApiException {
        Map<String, String> parameters = new HashMap<>();
        for (String name : call.getJSONObject("parameters").keySet()) {
            parameters.put(name, call.getJSONObject("parameters").getString(name));
        }
        JSONObject signed = new JSONObject();
        signed.put("sign", AlipaySignature.sign(parameters, bare(call.getString("private_key")),
                call.getString("charset"), call.getString("sign_type")));
        return signed;
    }

    private static AlipayConfig config(JSONObject call) {
        AlipayConfig config = new AlipayConfig();
        config.setServerUrl(call.getString("gateway"));
        config.setAppId(call.getString("app_id"));
        config.setPrivateKey(bare(call.getString("private_key")));
        if (call.containsKey("app_certificate")) {
            config.setAppCertContent(call.getString("app_certificate"));
            config.setAlipayPublicCertContent(call.getString("gateway_certificate"));
            config.setRootCertContent(call.getString("root_certificate"));
        } else {
            config.setAlipayPublicKey(bare(call.getString("gateway_public_key")));
        }
        if (call.containsKey("content_key")) {
            config.setEncryptType("AES");
            config.setEncryptKey(call.getString("content_key"));
        }
        config.setCharset(call.getString("charset"));
        config.setSignType(call.getString("sign_type"));
        if (call.containsKey("format")) {
            config.setFormat(call.getString("format"));
        }
        return config;
    }

    /** The library takes keys (PKCS#8 and SubjectPublicKeyInfo) as bare base64, without the PEM lines. */
    private static String bare(String pem) {
        return pem.replaceAll("-----[A-Z ]+-----|\\s", "");
    }

    /** alipay.marketing.voucher.send: AlipayMarketingVoucherSend. */
    private static String typeName(String method) {
        return Arrays.stream(method.split("\\."))
                .map(word -> word.substring(0, 1).toUpperCase() + word.substring(1))
                .collect(Collectors.joining());
    }

    private static AlipayRequest<?> request(String method, JSONObject fields)
            throws ReflectiveOperationException, ParseException {
        String name = typeName(method);
        Class<?> model = Class.forName(TYPES + "domain." + name + "Model");
        AlipayRequest<?> request =
                (AlipayRequest<?>) Class.forName(TYPES + "request." + name + "Request").getConstructor().newInstance();
        request.setBizModel((AlipayObject) object(fields, model));
        return request;
    }

    private static Object object(JSONObject fields, Class<?> type) throws ReflectiveOperationException, ParseException {
        Object made = type.getConstructor().newInstance();
        for (String name : fields.keySet()) {
            Field field = fieldOf(type, name);
            Object value = value(fields.get(name), field.getGenericType());
            type.getMethod(accessor("set", field), field.getType()).invoke(made, value);
        }
        return made;
    }

    private static Field fieldOf(Class<?> type, String name) {
        for (Field field : type.getDeclaredFields()) {
            if (name.equals(nameOf(field))) {
                return field;
            }
        }
        throw new IllegalArgumentException(type.getSimpleName() + " has no field " + name);
    }

    /** As the wire has it. A list has two annotations: the one of its own name is ApiListField. */
    private static String nameOf(Field field) {
        ApiListField list = field.getAnnotation(ApiListField.class);
        ApiField single = field.getAnnotation(ApiField.class);
        return list != null ? list.value() : single != null ? single.value() : null;
    }

    private static String accessor(String verb, Field field) {
        String name = field.getName();
        return verb + name.substring(0, 1).toUpperCase() + name.substring(1);
    }

    private static Object value(Object json, Type type) throws ReflectiveOperationException, ParseException {
        if (json == null) {
            return null;
        }
        if (type instanceof ParameterizedType list) {
            List<Object> items = new ArrayList<>();
            for (Object item : (JSONArray) json) {
                items.add(value(item, list.getActualTypeArguments()[0]));
            }
            return items;
        }
        if (type == String.class) {
            return json.toString();
        }
        if (type == Long.class) {
            return Long.valueOf(json.toString());
        }
        if (type == Boolean.class) {
            return Boolean.valueOf(json.toString());
        }
        if (type == Date.class) {
            return format().parse(json.toString());
        }
        return object((JSONObject) json, (Class<?>) type);
    }

    private static JSONObject answer(AlipayResponse response) throws ReflectiveOperationException {
        JSONObject answer = shown(response, response.getClass());
        answer.put("code", response.getCode());
        answer.put("msg", response.getMsg());
        answer.put("sub_code", response.getSubCode());
        answer.put("sub_msg", response.getSubMsg());
        answer.put("trace_id", response.getParams().get("traceId"));
        return answer;
    }

    /** What the getters of the type's own fields give; nothing of what they have not. */
    private static JSONObject shown(Object object, Class<?> type) throws ReflectiveOperationException {
        JSONObject shown = new JSONObject();
        for (Field field : type.getDeclaredFields()) {
            String name = nameOf(field);
            if (name != null) {
                Method getter = type.getMethod(accessor("get", field));
                shown.put(name, json(getter.invoke(object)));
            }
        }
        return shown;
    }

    private static Object json(Object value) throws ReflectiveOperationException {
        if (value instanceof List<?> list) {
            JSONArray items = new JSONArray();
            for (Object item : list) {
                items.add(json(item));
            }
            return items;
        }
        if (value instanceof Date date) {
            return format().format(date);
        }
        return value instanceof AlipayObject ? shown(value, value.getClass()) : value;
    }

    /** The library makes dates of the wire's Beijing times; this is the way back. */
    private static SimpleDateFormat format() {
        SimpleDateFormat format = new SimpleDateFormat("yyyy-MM-dd HH:mm:ss");
        format.setTimeZone(TimeZone.getTimeZone("GMT+8"));
        return format;
    }
}
