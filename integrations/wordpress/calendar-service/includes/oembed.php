<?php
/**
 * Addresses of the calendar's pages that are pasted into a text: WordPress knows the provider, and shows the widget.
 *
 * @package Calendar_Service
 */

namespace Calendar_Service;

defined( 'ABSPATH' ) || exit;

/**
 * Register the calendar as a provider of oEmbed, so that its frame is shown as it is and not in a sandbox.
 */
function register_oembed(): void {
	$url = settings()['url'];
	if ( '' === $url ) {
		return;
	}
	wp_oembed_add_provider( $url . '/*', $url . '/oembed' );
	add_filter( 'embed_oembed_html', __NAMESPACE__ . '\show_widget', 10, 2 );
}

/**
 * Return the widget in place of the frame that the calendar's oEmbed gives, so that its height and colours follow.
 *
 * @param string|false $html The HTML of the frame.
 * @param string       $page The address that was pasted.
 * @return string|false
 */
function show_widget( $html, string $page ) {
	$url = settings()['url'];
	if ( ! is_string( $html ) || 0 !== strpos( $page, $url . '/' ) ) {
		return $html;
	}
	$frame = array();
	foreach ( array( 'src', 'title', 'height' ) as $name ) {
		if ( ! preg_match( "/<iframe [^>]*\\b$name=\"([^\"]*)\"/", $html, $found ) ) {
			return $html;
		}
		$frame[ $name ] = html_entity_decode( $found[1], ENT_QUOTES );
	}
	wp_parse_str( (string) wp_parse_url( $frame['src'], PHP_URL_QUERY ), $options );
	if ( isset( $options['id'] ) ) {
		$options['record'] = $options['id'];
	}
	// The calendar cannot know what lies behind a frame; its script can.
	if ( false === strpos( $page, 'theme=' ) ) {
		unset( $options['theme'] );
	}
	$options['label']  = $frame['title'];
	$options['height'] = $frame['height'];
	return render( $options );
}
