// Slow: twenty updates are killed and put right, half a minute each
import { killed } from "./support/killing";

killed("e2e-killed-often", 31643, 20);
