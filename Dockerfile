# One image for every process of Castellan; what it runs is the command: embedded by default, or one service (docker-compose.yml).
FROM node:24-bookworm-slim AS build
# better-sqlite3 is compiled where no prebuilt binary fits.
RUN apt-get update && apt-get install -y --no-install-recommends python3 make g++ && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
ENV NODE_ENV=production APOLLO_TELEMETRY_DISABLED=1 CASTELLAN_HOST=0.0.0.0 CASTELLAN_DATA_DIR=/data CASTELLAN_KEYS_DIR=/keys
WORKDIR /app
COPY --from=build /app/package.json ./package.json
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
RUN mkdir -m 0700 /data /keys && chown node:node /data /keys
USER node
VOLUME ["/data", "/keys"]
EXPOSE 4000
ENTRYPOINT ["node", "--disable-warning=ExperimentalWarning", "--enable-source-maps"]
CMD ["dist/embedded/src/main.js"]
