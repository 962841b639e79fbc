/* SPDX-License-Identifier: Apache-2.0 */

import com.alipay.api.AlipayClient;
import com.alipay.api.AlipayConfig;
import com.alipay.api.AlipayResponse;
import com.alipay.api.DefaultAlipayClient;
import com.alipay.api.request.AlipayMarketingVoucherListQueryRequest;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Calls a gateway with the official Java library, on one thread, one call after the other.
 *
 * <p>usage: Throughput GATEWAY APP_ID PRIVATE_KEY GATEWAY_PUBLIC_KEY CALLS SECONDS WARM_UP 1
 *
 * <p>CALLS has lines METHOD<tab>BIZ_CONTENT, all of them alipay.marketing.voucher.list.query, made again and again.
 * Prints one JSON object: calls, seconds, cpu_s (of this thread).
 */
public final class Throughput {
    private static final String METHOD = "alipay.marketing.voucher.list.query";
    private static final double NANOSECONDS = 1e9;

    private static int next = 0;

    public static void main(String[] arguments) throws Exception {
        AlipayClient client = new DefaultAlipayClient(config(arguments));
        List<String> lines = Files.readAllLines(Path.of(arguments[4]));
        callUntil(client, lines, System.nanoTime() + (long) (Double.parseDouble(arguments[6]) * NANOSECONDS));
        long begun = System.nanoTime();
        long begunCpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        long made = callUntil(client, lines, begun + (long) (Double.parseDouble(arguments[5]) * NANOSECONDS));
        long cpu = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - begunCpu;
        System.out.printf("{\"calls\": %d, \"seconds\": %.3f, \"cpu_s\": %.3f}%n", made,
                (System.nanoTime() - begun) / NANOSECONDS, cpu / NANOSECONDS);
    }

    private static AlipayConfig config(String[] arguments) throws Exception {
        AlipayConfig config = new AlipayConfig();
        config.setServerUrl(arguments[0]);
        config.setAppId(arguments[1]);
        config.setPrivateKey(bare(arguments[2]));
        config.setAlipayPublicKey(bare(arguments[3]));
        return config;
    }

    /** The library takes keys as bare base64, without the PEM lines. */
    private static String bare(String path) throws Exception {
        return Files.readString(Path.of(path)).replaceAll("-----[A-Z ]+-----|\\s", "");
    }

    private static long callUntil(AlipayClient client, List<String> lines, long end) throws Exception {
        long made = 0;
        while (System.nanoTime() < end) {
            String[] line = lines.get(next++ % lines.size()).split("\t");
            if (!line[0].equals(METHOD)) {
                throw new IllegalArgumentException(line[0]);
            }
            AlipayMarketingVoucherListQueryRequest request = new AlipayMarketingVoucherListQueryRequest();
            request.setBizContent(line[1]);
            AlipayResponse response = client.execute(request);
            if (!response.isSuccess()) {
                throw new IllegalStateException("a call failed: " + response.getBody());
            }
            made++;
        }
        return made;
    }
}
