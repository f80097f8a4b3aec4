package io.flywheel.cli.plan;

/**
 * One answer of a plan.
 *
 * @param name in words joined by hyphens, the unit last where there is one
 * @param text the value as people read it
 * @param formula what it was computed by
 */
public record Figure(String name, double value, String text, String formula) {}
